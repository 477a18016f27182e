// Functions that live in a database, and calls of them: a value in, the answer's text out.
//
// A call is one transaction. What it returns is made into JSON or CSV by the database itself, so every type that it has
// comes through; filters on the result are the database's operators. Nothing here knows who may call what: engine/call does.
// Values; a ProcedureStore is thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/task.h"
#include "store/store.h"

namespace trivet::store {

enum class Volatility : uint8_t { immutable, stable, volatile_ };
enum class ResultShape : uint8_t { nothing, value, values, row, rows };

struct ProcedureArgument {
  std::string name;  // empty = unnamed
  std::string type;  // as SQL names it: "integer", "text[]"
  bool has_default = false;
  bool is_variadic = false;
};

struct ProcedureColumn {
  std::string name;
  std::string type;
};

struct Procedure {
  std::string schema;
  std::string place{};  // the same where the project has several schemas, else empty
  std::string name;
  std::vector<ProcedureArgument> arguments{};
  Volatility volatility = Volatility::volatile_;
  ResultShape shape = ResultShape::nothing;
  std::vector<ProcedureColumn> columns{};  // of row and rows
  std::string relation{};                  // the table or view of the same schema whose rows these are; empty = none's
  std::string value_type{};                // of value and values, as SQL names it
  double rows_expected = 0;                // of values and rows: ROWS, as it was made
  std::string row_of{};                    // the relation of the same schema whose row is its one argument; empty = none's
};

using ProcedureList = std::vector<Procedure>;

// A column of the result, or a place inside a JSON one.
struct CallPathStep {
  bool as_text = false;
  bool is_index = false;
  int64_t index = 0;
  std::string key;
};
struct CallColumn {
  std::string name;
  std::vector<CallPathStep> path;
};

struct CallOutput {
  CallColumn column;
  std::string key;   // in the answer
  std::string cast;  // letters, digits, '_', '$' and blanks alone; empty = none
};

// PostgREST's filter operators.
enum class CallOp : uint8_t {
  eq, neq, gt, gte, lt, lte, like, ilike, match, imatch, in, is, isdistinct,
  fts, plfts, phfts, wfts, cs, cd, ov, sl, sr, nxr, nxl, adj,
};
enum class CallQuantifier : uint8_t { none, any, all };
enum class CallIs : uint8_t { null, not_null, true_, false_, unknown };

struct CallCondition {
  enum class Kind : uint8_t { filter, and_, or_ };
  Kind kind = Kind::and_;
  bool negated = false;
  std::vector<CallCondition> children;  // of and_, or_
  CallColumn column;
  CallOp op = CallOp::eq;
  CallQuantifier quantifier = CallQuantifier::none;
  CallIs is = CallIs::null;
  std::string config;             // language of text search
  std::string value;
  std::vector<std::string> list;  // of `in`
};

struct CallOrder {
  CallColumn column;
  bool descending = false;
  std::optional<bool> nulls_first;
};

enum class CallAccess : uint8_t { read_only, read_write };
enum class CallFormat : uint8_t { json, json_object, csv };
enum class CallEnd : uint8_t { commit, rollback };

struct Call {
  std::shared_ptr<const ProcedureList> list;  // keeps `procedure` alive
  const Procedure* procedure = nullptr;
  std::vector<std::string> given;  // names of the arguments given, all known to the procedure
  std::string arguments;           // a JSON object that holds them
  bool is_raw = false;             // `arguments` is the whole of the one unnamed argument
  std::vector<CallOutput> outputs;  // empty = all columns
  CallCondition where;              // and_ without children = all rows
  std::vector<CallOrder> order;
  std::optional<int64_t> limit;
  int64_t offset = 0;
  bool count = false;  // all rows that `where` leaves
  CallFormat format = CallFormat::json;
  bool strip_nulls = false;
  CallAccess access = CallAccess::read_write;
  CallEnd end = CallEnd::commit;
  std::optional<uint64_t> rows_max;  // more: rolled back (max_affected)
  std::optional<uint64_t> rows_taken_max;  // more: rolled back (too_complex)
  // What the function can look up by current_setting(), for this transaction.
  std::vector<std::pair<std::string, std::string>> settings;
};

// The database's own words about a call that it refused: the function's author wrote many of them.
struct CallRefusal {
  std::string state;  // SQLSTATE
  std::string message;
  std::string details;
  std::string hint;
};

struct CallAnswer {
  std::optional<CallRefusal> refusal;  // then the rest is empty
  std::string body;                    // as Call::format says
  int64_t rows = 0;
  std::optional<int64_t> total;
  // What the function set response.status and response.headers to; empty = nothing.
  std::string status;
  std::string headers;
};

class ProcedureStore {
 public:
  virtual ~ProcedureStore() = default;
  // Those of the database's schema, as they were when it was last looked at. Never null.
  [[nodiscard]] virtual std::shared_ptr<const ProcedureList> procedures() const = 0;
  // `call` must outlive the task. Errors: not_singular, max_affected, too_complex; undefined_column; what isn't told to callers.
  virtual task<result<CallAnswer>> call(const Call& call, Deadline deadline) = 0;
};

}  // namespace trivet::store
