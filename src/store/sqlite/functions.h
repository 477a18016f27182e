// The SQL functions that our statements call (trivet_*), so that SQLite gives the answers that
// PostgreSQL gives.
//
// What each means is in value/ (fold, regex, jsonb, coerce, decimal): these are only the hulls. A
// function that fails leaves its Error in the context, because SQLite carries only a text.
#pragma once

#include <optional>

#include "base/error.h"
#include "value/regex.h"

struct sqlite3;
struct sqlite3_context;

namespace trivet::store::sqlite {

// Belongs to one connection and outlives its handle's last statement.
struct FunctionContext {
  std::optional<Error> failure;
  RegexCache regexes;
};

result<void> register_functions(sqlite3* db, FunctionContext& context);

// Parts of it, one per subject; SQLite result codes.
int register_text_functions(sqlite3* db, FunctionContext& context);
int register_json_functions(sqlite3* db, FunctionContext& context);
int register_search_functions(sqlite3* db, FunctionContext& context);
int register_aggregates(sqlite3* db, FunctionContext& context);

// Ends the running function with `error`.
void fail_function(sqlite3_context* call, Error error);

}  // namespace trivet::store::sqlite
