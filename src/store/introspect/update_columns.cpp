#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "store/introspect/update.h"
#include "store/sql/ddl.h"
#include "store/sql/render.h"

namespace trivet::store::introspect {

namespace {

using schema::DefaultKind;
using schema::Field;
using schema::Provider;
using schema::ScalarType;
using schema::tree::Declaration;

bool is_integer(ScalarType type) { return type == ScalarType::int_ || type == ScalarType::bigint; }

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// As a source writes it: without what is the default of the type or of its arguments.
std::string native_of(const Field& field) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 14> plain = {{
      {"Text", ""},
      {"Boolean", ""},
      {"Integer", ""},
      {"BigInt", ""},
      {"DoublePrecision", ""},
      {"Decimal(65, 30)", ""},
      {"Timestamp(3)", ""},
      {"JsonB", ""},
      {"ByteA", ""},
      {"Timestamp", "Timestamp(6)"},
      {"Timestamptz", "Timestamptz(6)"},
      {"Time", "Time(6)"},
      {"Timetz", "Timetz(6)"},
      {"Char", "Char(1)"},
  }};
  std::string text = field.native.name;
  for (size_t i = 0; i < field.native.arguments.size(); ++i)
    text += (i == 0 ? "(" : ", ") + std::to_string(field.native.arguments[i]);
  if (!field.native.arguments.empty()) text += ")";
  for (const auto& [written, meant] : plain)
    if (text == written) return std::string(meant);
  return text;
}

// As the database has it: an enum's value by its mapped name.
std::string literal_of(const schema::Schema& schema, const Field& field,
                       const schema::Expr& value) {
  if (value.kind == schema::ExprKind::literal_boolean) return value.boolean ? "true" : "false";
  if (field.type == ScalarType::enum_ && field.enum_index >= 0)
    for (const schema::EnumValue& candidate : schema.enums[field.enum_index].values)
      if (candidate.name == value.text) return candidate.db_name;
  return value.text;
}

// JSON without the blanks between its parts, which PostgreSQL sets as it likes.
std::string squeezed_json(const std::string& json) {
  std::string out;
  bool in_text = false;
  for (size_t i = 0; i < json.size(); ++i) {
    if (json[i] == '"') in_text = !in_text;
    if (in_text && json[i] == '\\' && i + 1 < json.size()) out += json[i++];
    if (in_text || std::isspace(static_cast<unsigned char>(json[i])) == 0) out += json[i];
  }
  return out;
}

bool same_literal(const schema::Schema& schema, const Field& field, const LiveColumn& column) {
  const LiveDefault& live = column.default_value;
  const std::string text = literal_of(schema, field, field.default_value.value);
  if (field.type == ScalarType::json && live.kind == DefaultKind::literal)
    return squeezed_json(text) == squeezed_json(live.text);
  // The database's own text is compared as a value: 1.50 is 1.5, true is 1.
  return (live.kind == DefaultKind::literal && text == live.text) ||
         (!live.sql.empty() && (sql::same_default(text, live.sql) ||
                                sql::same_default(sql::quote_literal(text), live.sql)));
}

class Columns {
 public:
  Columns(const Update& update, int table)
      : u_(update),
        table_(table),
        live_(update.draft.live.tables[table]),
        model_(*update.draft.matches.model(table)),
        declaration_(update.edits.find(model_.where)) {}

  void run() {
    for (size_t i = 0; i < live_.columns.size(); ++i) {
      const Field* field = u_.draft.matches.field(table_, static_cast<int>(i));
      if (field == nullptr)
        add(static_cast<int>(i));
      else
        compare(*field, live_.columns[i]);
    }
    for (const int at : model_.columns)
      if (live_.find_column(model_.fields[at].db_name) < 0) remove(model_.fields[at]);
    if (is_ignored(u_.draft, table_) && !model_.ignored && declaration_ != nullptr) {
      u_.edits.add_block_attribute(*declaration_, "@@ignore");
      note("+ @@ignore, because there is no key");
    }
  }

 private:
  void note(std::string text) { u_.change_of(model_.name).details.push_back(std::move(text)); }

  void add(int column) {
    const std::string line = column_line(u_.draft, table_, column);
    if (declaration_ != nullptr) u_.edits.add_field(*declaration_, line);
    note("+ " + line.substr(line.rfind('\n') + 1));
  }

  // Fields that a model has from a type or a base are written elsewhere, for others too.
  const schema::tree::Field* node(const Field& field) {
    const auto* found =
        declaration_ == nullptr ? nullptr : Edits::find_field(*declaration_, field.name);
    if (found == nullptr)
      u_.warnings.push_back(
          "field " + model_.name + "." + field.name +
          " is no longer what the database has, and comes from elsewhere: change it by hand");
    return found;
  }

  void remove(const Field& field) {
    const auto* found = node(field);
    if (found == nullptr) return;
    u_.edits.remove_member(found->where);
    note("- " + field.name);
  }

  void compare(const Field& field, const LiveColumn& column) {
    // A view's column says neither whether it is required nor, for expressions, what it is.
    if (live_.is_view) return;
    const bool type = same_type(u_, field, column);
    const bool arity = field.is_list || field.optional != column.required;
    if (!type || !arity) retype(field, column, type);
    if (!same_default_value(u_, table_, field, column)) redefault(field, column);
  }

  void retype(const Field& field, const LiveColumn& column, bool keep_name) {
    const auto* found = node(field);
    if (found == nullptr) return;
    const std::string before(u_.edits.text(found->type.where));
    std::string text = type_text(u_.draft, column);
    if (keep_name && !column.is_list) {
      text = before.substr(0, before.find_last_not_of("?") + 1);
      if (!column.required) text += '?';
    }
    if (text != before) {
      u_.edits.replace(found->type.where, text);
      note("~ " + field.name + " " + before + " → " + text);
    }
    if (keep_name) return;
    for (const schema::tree::Attribute& attribute : found->attributes)
      if (attribute.name.text.starts_with("db.")) u_.edits.remove_attribute(attribute.where);
    if (column.native.empty()) return;
    u_.edits.add_attribute(*found, native_text(column));
    if (text == before) note("~ " + field.name + " " + native_text(column));
  }

  void redefault(const Field& field, const LiveColumn& column) {
    const auto* found = node(field);
    if (found == nullptr) return;
    if (const auto* old = Edits::find_attribute(found->attributes, "default"))
      u_.edits.remove_attribute(old->where);
    const std::string text = default_text(u_.draft, column);
    if (!text.empty()) u_.edits.add_attribute(*found, text);
    note("~ " + field.name + " " + (text.empty() ? "without a default" : text));
  }

  const Update& u_;
  int table_;
  const LiveTable& live_;
  const schema::Model& model_;
  const Declaration* declaration_;
};

}  // namespace

bool same_type(const Update& update, const Field& field, const LiveColumn& column) {
  const bool sqlite = update.draft.live.provider == Provider::sqlite;
  // A list of a `type` is one document.
  if (field.type == ScalarType::composite)
    return column.type == ScalarType::json && !column.is_list;
  if (field.is_list != column.is_list) return false;
  if (!sqlite && field.type != ScalarType::enum_ && native_of(field) != column.native) return false;
  switch (field.type) {
    case ScalarType::enum_:
      if (sqlite) return column.type == ScalarType::string;
      return column.type == ScalarType::enum_ &&
             update.schema.enums[field.enum_index].db_name == column.enum_name;
    case ScalarType::unsupported:
      return column.type == field.type && lower(field.unsupported_type) == lower(column.raw_type);
    default:
      return field.type == column.type ||
             (sqlite && is_integer(field.type) && is_integer(column.type));
  }
}

bool same_default_value(const Update& update, int table, const Field& field,
                        const LiveColumn& column) {
  const LiveDefault& live = column.default_value;
  if (update.draft.live.provider == Provider::sqlite) {
    const TableDescription* described =
        update.described.find_table(update.draft.matches.model(table)->db_name);
    const ColumnDescription* own =
        described == nullptr ? nullptr : described->find_column(field.db_name);
    return own == nullptr || sql::same_default(own->default_sql, live.sql);
  }
  switch (field.default_value.kind) {
    case DefaultKind::literal:
      return same_literal(update.schema, field, column);
    case DefaultKind::list: {
      std::vector<std::string> items;
      for (const schema::Expr& item : field.default_value.value.operands)
        items.push_back(literal_of(update.schema, field, item));
      return live.kind == DefaultKind::list && items == live.items;
    }
    case DefaultKind::now:
    case DefaultKind::autoincrement:
      return live.kind == field.default_value.kind;
    case DefaultKind::dbgenerated:
      return field.default_value.sql.empty() ||
             sql::same_default(field.default_value.sql, live.sql);
    default:
      return live.kind == DefaultKind::none;
  }
}

void update_columns(const Update& update, int table) { Columns(update, table).run(); }

}  // namespace trivet::store::introspect
