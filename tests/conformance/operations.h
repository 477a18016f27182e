// The operations of the suite. Each is run on a store and answers with a text: rows as JSON, or an
// error's code. Equal texts are equal answers.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/store.h"
#include "types.h"

namespace trivet::conformance {

// A store, and the schema as it is written for it. Operations number their queries.
struct Bench {
  store::Store& store;
  std::shared_ptr<const schema::Schema> schema;

  [[nodiscard]] int model(const std::string& name) const;
  [[nodiscard]] int field(int model, const std::string& name) const;
  [[nodiscard]] store::Expr column(int model, const std::string& name) const;
  [[nodiscard]] std::string read(store::Level level, store::Params params = {}) const;
  [[nodiscard]] std::string write(std::vector<store::Step> steps, store::Params params) const;
  // All rows of a model by id, with these fields.
  [[nodiscard]] std::string dump(const std::string& model, const std::vector<std::string>& fields) const;
  // One insert of rows.
  [[nodiscard]] std::string insert(const std::string& model, const std::vector<std::string>& fields,
                                   std::vector<Value> cells) const;
};

struct OperationCase {
  std::string group;  // column of the table: "compare"
  std::string name;   // for whoever reads a failure: "eq 3"
  std::optional<store::Capability> needs;
  std::function<std::string(const Bench&)> run;
};

// On the model of one type, which holds its values from id 1 on and null behind them. They run in
// this order, and the last ones change rows.
[[nodiscard]] std::vector<OperationCase> operations_on(const TypeCase& type);
// On models that are related; they run in this order on empty tables.
[[nodiscard]] std::vector<OperationCase> operations_on_relations();

}  // namespace trivet::conformance
