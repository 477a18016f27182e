// What a schema looks like from REST: tables and columns under their physical names, without what is hidden.
//
// Immutable; shared by threads; keeps its schema alive.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "schema/schema.h"
#include "value/coerce.h"
#include "value/type.h"

namespace trivet::api::rest {

// A scalar column with the type that clients see.
struct Column {
  const schema::Field* field = nullptr;
  int index = -1;  // field index
  Type type = Type::unknown;
};

// The database schemas that are served, the first for who names none, and the one that a request is about. A project whose models are
// in no schema of their own has one, whatever its name.
struct Exposure {
  std::vector<std::string> schemas = {"public"};
  std::string profile = "public";
};

class Catalog {
 public:
  explicit Catalog(std::shared_ptr<const schema::Schema> schema, Exposure exposure = {});

  [[nodiscard]] const std::shared_ptr<const schema::Schema>& schema() const { return schema_; }
  [[nodiscard]] const schema::Model& model(int index) const { return schema_->models[index]; }

  [[nodiscard]] const std::string& profile() const { return exposure_.profile; }
  [[nodiscard]] bool has_profiles() const { return exposure_.schemas.size() > 1; }
  // A table's or function's name in the request's schema, as stores name it.
  [[nodiscard]] std::string place(std::string_view name) const;
  // Whether it is in the request's schema, and not ignored.
  [[nodiscard]] bool serves(int model) const;
  // Whether it is in any schema that is served, and not ignored: what is on the way between two others.
  [[nodiscard]] bool leads_through(int model) const;

  // Of the request's schema. Model index, or -1 if there is no such table or it is ignored.
  [[nodiscard]] int find_table(std::string_view db_name) const;
  // nullptr field: no such column, or it is hidden.
  [[nodiscard]] Column find_column(int model, std::string_view db_name) const;
  [[nodiscard]] Column column(int model, int field) const;
  // Index of the relation field of that schema name, or -1.
  [[nodiscard]] int find_relation_field(int model, std::string_view name) const;
  // The columns of `*`, in table order.
  [[nodiscard]] std::vector<Column> star(int model) const;

  // The limits of a column's declared type apply to what is written, not to what is compared.
  enum class Use : uint8_t { compare, write };
  [[nodiscard]] CoerceContext coerce_context(const schema::Field& field, Type type, Use use) const;

  // The table with the nearest name, for hints, and how near it is: 0 to 1; -1 if there is no table.
  struct Nearest {
    int model = -1;
    double similarity = 0;
  };
  [[nodiscard]] Nearest nearest_table(std::string_view name) const;

 private:
  std::shared_ptr<const schema::Schema> schema_;
  Exposure exposure_;
  std::vector<std::vector<std::string>> enum_labels_;
};

// Stored, and neither @ignore nor of a type that has no API form.
[[nodiscard]] bool is_visible(const schema::Field& field);

}  // namespace trivet::api::rest
