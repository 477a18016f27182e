// CREATE statements of any bytes: reading ends, stays inside, and what is found is part of the
// text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "store/sqlite/sql_text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace trivet::store::sqlite;
  const std::string_view sql(reinterpret_cast<const char*>(data), size);
  const auto inside = [&](std::string_view part) {
    if (sql.find(part) == sql.npos) std::abort();
  };
  inside(index_condition(sql));
  const TableText text = read_create_table(sql);
  for (const auto& check : text.checks) inside(check);
  for (const auto& column : text.generated) inside(column.expression);
  return 0;
}
