// The model that rows are imported into or exported from: names to fields, cells to values.
//
// Immutable once made; any thread. Field and column names are both accepted; a relation field takes
// an object, or an array of objects: one whose keys are exactly a unique key of the other model
// connects, anything else creates.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "api/rest/resolve/catalog.h"
#include "base/error.h"
#include "data/row_reader.h"
#include "engine/operation.h"
#include "schema/schema.h"
#include "value/arena.h"

namespace trivet::app {

class Target {
 public:
  // `name` is a model's or a table's.
  [[nodiscard]] static result<Target> find(const std::shared_ptr<const schema::Schema>& schema,
                                           std::string_view name);

  [[nodiscard]] int model_index() const { return model_; }
  [[nodiscard]] const schema::Model& model() const { return catalog_->model(model_); }
  [[nodiscard]] const std::shared_ptr<const schema::Schema>& schema() const {
    return catalog_->schema();
  }
  [[nodiscard]] const api::rest::Catalog& catalog() const { return *catalog_; }

  // Field index by field or column name, relation fields included. The error names the nearest one.
  [[nodiscard]] result<int> find_field(std::string_view name) const {
    return find_field(model_, name);
  }
  [[nodiscard]] bool is_relation(int field) const;

  // The value owns nothing of the cell: it views `arena`.
  [[nodiscard]] result<Value> coerce(int field, const data::Cell& cell, Arena& arena) const {
    return coerce(model_, field, cell, arena);
  }
  // Appends what a cell of a relation field asks for to the writes of `row`.
  [[nodiscard]] result<void> add_nested(int field, JsonValue value, uint32_t row, Arena& arena,
                                        std::vector<engine::NestedWrite>& writes) const {
    return add_nested({model_, field}, value, row, arena, writes);
  }

  // Fields of the primary key, or of the first unique key, that `given` holds whole; empty if none.
  [[nodiscard]] std::vector<int> conflict_key(const std::vector<int>& given) const;

 private:
  struct Place {
    int model;
    int field;
  };
  Target(std::shared_ptr<const api::rest::Catalog> catalog, int model)
      : catalog_(std::move(catalog)), model_(model) {}

  [[nodiscard]] result<int> find_field(int model, std::string_view name) const;
  [[nodiscard]] result<Value> coerce(int model, int field, const data::Cell& cell,
                                     Arena& arena) const;
  [[nodiscard]] result<void> add_nested(Place place, JsonValue value, uint32_t row, Arena& arena,
                                        std::vector<engine::NestedWrite>& writes) const;
  [[nodiscard]] result<engine::NestedWrite> nested_write(Place place, JsonValue object,
                                                         Arena& arena) const;

  std::shared_ptr<const api::rest::Catalog> catalog_;  // shared: the reading thread has a copy
  int model_;
};

}  // namespace trivet::app
