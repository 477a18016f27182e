// sum() and avg() over int8 and numeric, exact as PostgreSQL's: SQLite's own overflow or round.
#include <sqlite3.h>

#include <memory>
#include <new>
#include <string>

#include "store/sqlite/cells.h"
#include "store/sqlite/functions.h"
#include "store/sqlite/functions/arguments.h"
#include "value/arena.h"
#include "value/decimal.h"

namespace trivet::store::sqlite {

namespace {

// SQLite gives zeroed memory per group and no destructor.
NumericSum* sum_of(sqlite3_context* call, int bytes) {
  auto** slot = static_cast<NumericSum**>(sqlite3_aggregate_context(call, bytes));
  if (slot == nullptr) return nullptr;
  if (*slot == nullptr && bytes > 0) *slot = new NumericSum();
  return *slot;
}

void add_value(sqlite3_context* call, int, sqlite3_value** arguments) {
  if (sqlite3_value_type(arguments[0]) == SQLITE_NULL) return;
  NumericSum* sum = sum_of(call, sizeof(NumericSum*));
  if (sum == nullptr) return sqlite3_result_error_nomem(call);
  if (sqlite3_value_type(arguments[0]) == SQLITE_INTEGER)
    return sum->add(int64_t{sqlite3_value_int64(arguments[0])});
  Arena arena;
  sum->add(numeric_text(arguments[0], arena));
}

enum class Give : uint8_t { sum, average };

template <Give give>
void finish(sqlite3_context* call) {
  const std::unique_ptr<NumericSum> sum(sum_of(call, 0));
  if (sum == nullptr || sum->count() == 0) return;
  return_text(call, give == Give::sum ? sum->sum() : sum->average());
}

}  // namespace

int register_aggregates(sqlite3* db, FunctionContext& context) {
  const int code = sqlite3_create_function_v2(db, "trivet_sum", 1, pure_function, &context, nullptr,
                                              add_value, finish<Give::sum>, nullptr);
  if (code != SQLITE_OK) return code;
  return sqlite3_create_function_v2(db, "trivet_avg", 1, pure_function, &context, nullptr,
                                    add_value, finish<Give::average>, nullptr);
}

}  // namespace trivet::store::sqlite
