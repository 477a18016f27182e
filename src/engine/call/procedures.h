// The only way to a database's functions: which are open, to whom, and what they learn of the caller.
//
// A function runs with the rights of the database's user and past the rules of the models, so none can be called until the
// project opens it by name. Where the database decides, each runs as its caller, who must say so (Context::session): then
// all are there, and the database refuses. Thread-safe.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/task.h"
#include "engine/engine.h"
#include "store/procedure.h"

namespace trivet::engine {

// The least role that may call; by name of the function, as stores name it, for all of its overloads.
using OpenProcedures = std::map<std::string, Role, std::less<>>;

// "name", "name: authenticated", "name: service_role"; without a role everyone may call. bad_config.
// Of a project with several database schemas, `schemas` are those that are served: "schema.name" is in that one, "name" in the first.
[[nodiscard]] result<OpenProcedures> parse_open_procedures(const std::vector<std::string>& texts,
                                                           const std::vector<std::string>& schemas = {});
// As stores name it.
[[nodiscard]] std::string name_of(const store::Procedure& procedure);

// A function of one row, read like a column of its table.
struct ComputedField {
  std::string schema;
  std::string function;
  std::string type;  // as SQL names it
};

// A function of one row that gives rows of a table, read like what is linked to the row.
struct ComputedRelationship {
  std::string function;  // both as stores name them
  std::string target;
  bool to_one = false;
};

// The overloads of one name; they live as long as `list` does.
struct Candidates {
  std::shared_ptr<const store::ProcedureList> list;
  std::vector<const store::Procedure*> procedures;
};

class Procedures {
 public:
  // The store is null where the database has no functions.
  Procedures(store::ProcedureStore* store, OpenProcedures open)
      : store_(store), open_(std::move(open)) {}

  // Of a database that decides; not null.
  explicit Procedures(store::ProcedureStore& store) : store_(&store), authority_(Authority::database) {}

  // Tables and functions by the names that stores give them. Empty if there are none or the caller may not call them: nobody can tell
  // the difference.
  [[nodiscard]] Candidates find(std::string_view name, const Identity& identity) const;
  // Of that table; one that changes nothing, gives one value, and that the caller may call.
  [[nodiscard]] std::optional<ComputedField> find_computed(std::string_view table, std::string_view name,
                                                           const Identity& identity) const;
  // Of that table, in the same schema; one that changes nothing, gives rows of a table, and that the caller may call.
  [[nodiscard]] std::optional<ComputedRelationship> find_related(std::string_view table, std::string_view name,
                                                                 const Identity& identity) const;
  // All that the caller may call; no list where the database has no functions.
  [[nodiscard]] Candidates all(const Identity& identity) const;
  // `call` is of a candidate of this caller. Adds who calls to its settings.
  [[nodiscard]] task<result<store::CallAnswer>> run(store::Call call, Context context) const;

 private:
  [[nodiscard]] bool may_call(std::string_view name, const Identity& identity) const;

  store::ProcedureStore* const store_;
  const OpenProcedures open_;
  const Authority authority_ = Authority::rules;
};

}  // namespace trivet::engine
