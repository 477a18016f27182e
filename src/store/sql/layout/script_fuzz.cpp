// Any bytes: statements are parts of the script, in order, and reading it comes back.
#include <cstdlib>

#include "store/sql/layout/script.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view script(reinterpret_cast<const char*>(data), size);
  using trivet::store::sql::ScriptDialect;
  for (const ScriptDialect dialect : {ScriptDialect::sqlite, ScriptDialect::postgres}) {
    const char* last = script.data();
    for (const auto& statement : trivet::store::sql::split_script(script, dialect)) {
      if (statement.text.data() < last || statement.tokens.empty()) std::abort();
      last = statement.text.data() + statement.text.size();
      if (last > script.data() + script.size()) std::abort();
    }
    (void)trivet::store::sql::read_script(script, dialect);
  }
  return 0;
}
