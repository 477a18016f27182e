// Any bytes: the checker and the formatter come back, and formatting twice is formatting once.
#include <cstdlib>

#include "schema/dmmf.h"
#include "schema/format.h"
#include "schema/schema.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace trivet::schema;
  if (size == 0) return 0;
  const std::string path = data[0] & 1 ? "schema.prisma" : "schema.zmodel";
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto result = check_schema({{path, text}});
  if (result.ok()) (void)render_dmmf(*result.schema);
  for (const auto& d : result.diagnostics) (void)render_diagnostic(result.files, d);
  const auto once = format_schema({path, text});
  if (!once.diagnostics.empty()) return 0;
  const auto twice = format_schema({path, once.text});
  if (!twice.diagnostics.empty() || twice.text != once.text) std::abort();
  return 0;
}
