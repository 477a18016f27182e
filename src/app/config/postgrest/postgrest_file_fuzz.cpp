// Any bytes as a configuration: it is read or refused, and what is read can be translated.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "app/config/postgrest/translate.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace trivet::app;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = read_postgrest_file(text, [](const std::string&) { return std::string("x"); });
  if (read) (void)translate_postgrest(*read);
  return 0;
}
