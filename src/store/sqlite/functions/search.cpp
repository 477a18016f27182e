// Full-text search without an index: the document is matched word by word (store/text_search.h).
#include <sqlite3.h>

#include <memory>

#include "store/sqlite/functions.h"
#include "store/sqlite/functions/arguments.h"
#include "store/text_search.h"

namespace trivet::store::sqlite {

namespace {

void search_function(sqlite3_context* call, int, sqlite3_value** arguments) {
  if (any_null(2, arguments)) return;
  auto* query = static_cast<TextQuery*>(sqlite3_get_auxdata(call, 1));
  std::unique_ptr<TextQuery> owned;
  if (query == nullptr) {
    auto compiled = TextQuery::compile(argument_text(arguments[1]), argument_text(arguments[2]),
                                       argument_text(arguments[3]));
    if (!compiled) return fail_function(call, std::move(compiled).error());
    owned = std::make_unique<TextQuery>(*std::move(compiled));
    query = owned.get();
  }
  sqlite3_result_int(call, query->matches(argument_text(arguments[0])) ? 1 : 0);
  if (owned)
    sqlite3_set_auxdata(call, 1, owned.release(),
                        [](void* p) { delete static_cast<TextQuery*>(p); });
}

}  // namespace

int register_search_functions(sqlite3* db, FunctionContext& context) {
  return sqlite3_create_function_v2(db, "trivet_text_search", 4, pure_function, &context,
                                    search_function, nullptr, nullptr, nullptr);
}

}  // namespace trivet::store::sqlite
