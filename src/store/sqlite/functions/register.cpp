#include <sqlite3.h>

#include "store/sqlite/errors.h"
#include "store/sqlite/functions.h"

namespace trivet::store::sqlite {

result<void> register_functions(sqlite3* db, FunctionContext& context) {
  for (const auto add : {register_text_functions, register_json_functions,
                         register_search_functions, register_aggregates})
    if (add(db, context) != SQLITE_OK) return std::unexpected(last_error(db));
  return {};
}

void fail_function(sqlite3_context* call, Error error) {
  sqlite3_result_error(call, error.message.c_str(), -1);
  static_cast<FunctionContext*>(sqlite3_user_data(call))->failure = std::move(error);
}

}  // namespace trivet::store::sqlite
