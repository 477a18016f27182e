// Any bytes as the text of embedded rows: an error or values, never a crash.
#include "store/mysql/read/rows.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "value/arena.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace trivet;
  store::Level below;
  for (const Type type : {Type::text, Type::int4, Type::numeric, Type::timestamptz, Type::float8,
                          Type::bytea, Type::boolean, Type::time})
    below.outputs.push_back({store::make_param(0, type)});
  store::Level root;
  root.embeds.push_back({});
  root.embeds.back().level = below;
  root.embeds.push_back(root.embeds.back());
  root.embeds.back().to_one = true;
  root.embeds.back().level.embeds.push_back(root.embeds.front());
  const auto text = Value::bytes({reinterpret_cast<const char*>(data), size});
  store::mysql::Answer answer;
  answer.cells = {text, text};
  answer.rows = 1;
  Arena arena;
  (void)store::mysql::decode_rows(answer, root, 0, arena);
  return 0;
}
