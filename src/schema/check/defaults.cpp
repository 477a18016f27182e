#include <algorithm>
#include <charconv>

#include "schema/check/expression.h"
#include "schema/check/passes.h"
#include "schema/check/values.h"

namespace trivet::schema {
namespace {

using tree::Node;
using tree::NodeKind;

class DefaultChecker {
 public:
  DefaultChecker(Context& context, const Shape& shape, const AttributeUse& use, int index)
      : c_(context), shape_(shape), source_(shape.fields[static_cast<size_t>(index)]), use_(use),
        field_(context.field(shape, index)) {}

  void run() {
    const auto* value = use_.argument("value");
    if (const auto* map = use_.argument("map"); map && !c_.is(Provider::sqlserver)) {
      c_.error(DiagnosticKind::provider, map->where, "only SQL Server names its default constraints", "remove `map`");
    }
    if (!value || source_.unresolved || !takes_defaults()) return;
    if (value->kind == NodeKind::array) list(*value);
    else if (value->kind == NodeKind::call) call(*value);
    else if (value->kind == NodeKind::member) from_auth(*value);
    else if (field_.is_list) error(*value, "the default of a list is a list", "write [" + std::string(value->text) + "]");
    else if (literal(*value)) field_.default_value = {.kind = DefaultKind::literal, .value = made_, .format = {}, .sql = {}};
  }

 private:
  void error(const Node& at, std::string message, std::string hint = {}, DiagnosticKind kind = DiagnosticKind::type) {
    c_.error(kind, at.where, std::move(message), std::move(hint));
  }
  std::string type_name() const { return std::string(source_.node->type.name.text); }

  bool takes_defaults() {
    std::string what;
    if (field_.kind == FieldKind::relation) what = "a relation";
    else if (field_.type == ScalarType::composite && !source_.find(AttributeId::json)) what = "a composite";
    else if (field_.computed) what = "a computed field";
    if (what.empty()) return true;
    c_.error(DiagnosticKind::type, use_.node->where, what + " has no default",
             field_.kind == FieldKind::relation ? "put it on the field of the foreign key" : "");
    return false;
  }

  void list(const Node& value) {
    if (!field_.is_list) {
      error(value, "a list is no default for " + type_name());
      return;
    }
    Expr all;
    all.kind = ExprKind::array;
    all.where = value.where;
    all.is_list = true;
    for (const auto& element : value.arguments) {
      if (!literal(element.value)) return;
      all.operands.push_back(std::move(made_));
    }
    all.type = field_.type;
    field_.default_value = {.kind = DefaultKind::list, .value = std::move(all), .format = {}, .sql = {}};
  }

  bool mismatch(const Node& value) {
    error(value, "this is no default for " + type_name(), wanted());
    return false;
  }

  std::string wanted() const {
    switch (field_.type) {
      case ScalarType::string: return "write a string in quotes";
      case ScalarType::boolean: return "write true or false";
      case ScalarType::int_:
      case ScalarType::bigint: return "write a whole number";
      case ScalarType::float_: return "write a number";
      case ScalarType::decimal: return "write a number, or a number in quotes";
      case ScalarType::datetime: return "write now(), or \"2024-01-31T12:00:00Z\" with its zone";
      case ScalarType::json:
      case ScalarType::composite: return "write JSON in a string: \"{\\\"a\\\": 1}\"";
      case ScalarType::bytes: return "write base64 in a string";
      case ScalarType::enum_: return "write one of its values without quotes";
      case ScalarType::unsupported: return "write dbgenerated(\"…\")";
    }
    return {};
  }

  // Checks one literal against the field's type and leaves it in made_.
  bool literal(const Node& value) {
    made_ = literal_expression(value);
    made_.type = field_.type;
    if (field_.type == ScalarType::enum_) return enum_value(value);
    switch (value.kind) {
      case NodeKind::string: return string(value);
      case NodeKind::number: return number(value);
      case NodeKind::boolean: return field_.type == ScalarType::boolean || mismatch(value);
      case NodeKind::name:
      case NodeKind::null_:
      default: return mismatch(value);
    }
  }

  bool enum_value(const Node& value) {
    const bool word = value.kind == NodeKind::name || value.kind == NodeKind::boolean || value.kind == NodeKind::null_;
    if (!word) return mismatch(value);
    const auto& source = c_.enums[static_cast<size_t>(field_.enum_index)];
    if (!source.by_name.contains(value.text)) {
      std::vector<std::string_view> names;
      for (const auto& [name, index] : source.by_name) names.push_back(name);
      error(value, quoted(value.text) + " is not a value of " + type_name(), did_you_mean(value.text, names));
      return false;
    }
    made_.kind = ExprKind::enum_value;
    made_.enum_index = field_.enum_index;
    made_.text = std::string(value.text);
    return true;
  }

  bool string(const Node& value) {
    switch (field_.type) {
      case ScalarType::string: return true;
      case ScalarType::datetime: return is_valid_datetime(made_.text) || mismatch(value);
      case ScalarType::json:
      case ScalarType::composite: return is_valid_json(made_.text) || mismatch(value);
      case ScalarType::bytes: return is_valid_base64(made_.text) || mismatch(value);
      case ScalarType::decimal: return is_decimal(made_.text) || mismatch(value);
      default: return mismatch(value);
    }
  }

  static bool is_decimal(std::string_view text) {
    double value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::general);
    return failure == std::errc() && end == text.data() + text.size() && text.find_first_of("ni") == std::string_view::npos;
  }

  bool number(const Node& value) {
    const bool whole = value.text.find('.') == std::string_view::npos;
    if (field_.type == ScalarType::float_ || field_.type == ScalarType::decimal) return true;
    if ((field_.type != ScalarType::int_ && field_.type != ScalarType::bigint) || !whole) return mismatch(value);
    const auto parsed = parse_integer(value.text);
    const bool small = field_.type == ScalarType::bigint || (parsed && *parsed >= INT32_MIN && *parsed <= INT32_MAX);
    if (parsed && small) return true;
    error(value, "the number does not fit " + type_name(), field_.type == ScalarType::int_ ? "use BigInt" : "use Decimal",
          DiagnosticKind::range);
    return false;
  }

  void from_auth(const Node& value) {
    if (c_.prisma(use_.file)) {
      (void)mismatch(value);
      return;
    }
    Expr expr;
    if (!check_default_expression(c_, shape_, value, field_, expr)) return;
    field_.default_value = {.kind = DefaultKind::auth, .value = std::move(expr), .format = {}, .sql = {}};
  }

  void call(const Node& value);
  void now(const Node& value);
  void autoincrement(const Node& value);
  void generated(const Node& value);
  void identifier(const Node& value);
  void object_id(const Node& value);
  void sequence(const Node& value);
  bool format(const Node& value, size_t position);
  bool no_arguments(const Node& value);

  Context& c_;
  const Shape& shape_;
  const FieldSource& source_;
  const AttributeUse& use_;
  Field& field_;
  Expr made_;
};

bool DefaultChecker::no_arguments(const Node& value) {
  if (value.arguments.empty()) return true;
  error(value, quoted(value.text) + " takes no arguments", {}, DiagnosticKind::arg);
  return false;
}

void DefaultChecker::call(const Node& value) {
  for (const auto& argument : value.arguments) {
    if (!argument.name.text.empty() && value.text != "sequence") {
      error(argument.value, quoted(value.text) + " has no named arguments", {}, DiagnosticKind::arg);
      return;
    }
  }
  if (value.text == "dbgenerated") return generated(value);
  static constexpr std::string_view known[] = {"now", "autoincrement", "uuid", "cuid", "ulid", "nanoid", "auto", "sequence"};
  if (std::find(std::begin(known), std::end(known), value.text) == std::end(known)) {
    if (value.text == "auth") {
      error(value, "the user is no default", "write one of its fields: auth().id");
      return;
    }
    error(value, "there is no default function " + quoted(value.text),
          did_you_mean(value.text, {"now", "autoincrement", "uuid", "cuid", "ulid", "nanoid", "dbgenerated"}), DiagnosticKind::unknown);
    return;
  }
  if (field_.is_list) {
    error(value, quoted(value.text) + " is no default for a list");
    return;
  }
  if (value.text == "now") now(value);
  else if (value.text == "autoincrement") autoincrement(value);
  else if (value.text == "auto") object_id(value);
  else if (value.text == "sequence") sequence(value);
  else identifier(value);
}

void DefaultChecker::now(const Node& value) {
  if (!no_arguments(value)) return;
  if (field_.type != ScalarType::datetime) (void)mismatch(value);
  else field_.default_value.kind = DefaultKind::now;
}

void DefaultChecker::autoincrement(const Node& value) {
  if (!no_arguments(value)) return;
  if (field_.type != ScalarType::int_ && field_.type != ScalarType::bigint) {
    (void)mismatch(value);
    return;
  }
  if (c_.is(Provider::mongodb)) {
    error(value, "MongoDB has no autoincrement()", "use a String id with auto() or uuid()", DiagnosticKind::provider);
    return;
  }
  field_.default_value.kind = DefaultKind::autoincrement;
}

void DefaultChecker::generated(const Node& value) {
  if (c_.is(Provider::mongodb)) {
    error(value, "MongoDB has no dbgenerated()", {}, DiagnosticKind::provider);
    return;
  }
  std::string sql;
  if (!value.arguments.empty() && (value.arguments.size() > 1 || !read_string(&value.arguments[0].value, sql) || sql.empty())) {
    error(value, "dbgenerated() takes one string that is not empty", "write the database's expression", DiagnosticKind::arg);
    return;
  }
  field_.default_value.kind = DefaultKind::dbgenerated;
  field_.default_value.sql = sql;
}

void DefaultChecker::object_id(const Node& value) {
  if (!no_arguments(value)) return;
  if (!c_.is(Provider::mongodb)) {
    error(value, "auto() needs MongoDB", {}, DiagnosticKind::provider);
  } else if (field_.native.name != "ObjectId" || !source_.find(AttributeId::id)) {
    error(value, "auto() is for an @id with @db.ObjectId", "add @db.ObjectId", DiagnosticKind::place);
  }
  field_.default_value.kind = DefaultKind::object_id;
}

void DefaultChecker::sequence(const Node& value) {
  if (!c_.is(Provider::cockroachdb)) {
    error(value, "there is no default function `sequence`", "use autoincrement()", DiagnosticKind::unknown);
    return;
  }
  field_.default_value.kind = DefaultKind::dbgenerated;
}

bool DefaultChecker::format(const Node& value, size_t position) {
  if (value.arguments.size() <= position) return true;
  std::string text;
  if (c_.prisma(use_.file) || value.arguments.size() > position + 1 ||
      !read_string(&value.arguments[position].value, text)) {
    error(value, quoted(value.text) + " has too many arguments", {}, DiagnosticKind::arg);
    return false;
  }
  bool placeholder = false;
  for (size_t at = text.find("%s"); at != std::string::npos; at = text.find("%s", at + 1)) {
    placeholder = placeholder || at == 0 || text[at - 1] != '\\';
  }
  if (!placeholder) {
    error(value.arguments[position].value, "the format has no place for the id", "write %s where it goes", DiagnosticKind::arg);
    return false;
  }
  field_.default_value.format = text;
  return true;
}

void DefaultChecker::identifier(const Node& value) {
  if (field_.type != ScalarType::string) {
    (void)mismatch(value);
    return;
  }
  auto& made = field_.default_value;
  if (value.text == "ulid") {
    if (format(value, 0)) made.kind = DefaultKind::ulid;
    return;
  }
  int64_t number = value.text == "uuid" ? 4 : value.text == "cuid" ? 1 : 21;
  if (!value.arguments.empty() && !read_integer(&value.arguments[0].value, number)) {
    error(value.arguments[0].value, quoted(value.text) + " takes a number", {}, DiagnosticKind::arg);
    return;
  }
  if (!format(value, 1)) return;
  if (value.text == "nanoid") {
    if (number < 2 || number > 255) {
      error(value, "the length of a nanoid is 2 to 255", {}, DiagnosticKind::range);
      return;
    }
    made.kind = DefaultKind::nanoid;
    made.length = static_cast<int>(number);
    made.length_written = !value.arguments.empty();
    return;
  }
  const bool uuid = value.text == "uuid";
  if (uuid ? number != 4 && number != 7 : number != 1 && number != 2) {
    error(value, std::string(value.text) + "() has no version " + std::to_string(number),
          uuid ? "4 or 7" : "1 or 2", DiagnosticKind::arg);
    return;
  }
  if (uuid) made.kind = number == 4 ? DefaultKind::uuid4 : DefaultKind::uuid7;
  else made.kind = number == 1 ? DefaultKind::cuid1 : DefaultKind::cuid2;
}

// MySQL and SQLite count one column of a table only, and not any column.
void check_autoincrement(Context& c, const Shape& shape, const Model& model) {
  int seen = 0;
  for (size_t i = 0; i < model.fields.size(); ++i) {
    if (model.fields[i].default_value.kind != DefaultKind::autoincrement) continue;
    const auto where = shape.fields[i].node->name.where;
    ++seen;
    if (!c.is(Provider::mysql) && !c.is(Provider::sqlite)) continue;
    if (seen > 1) {
      c.error(DiagnosticKind::provider, where, std::string(c.provider().title) + " counts one field of a model only");
    } else if (c.is(Provider::sqlite) && !shape.fields[i].find(AttributeId::id)) {
      c.error(DiagnosticKind::provider, where, "SQLite counts an `@id` field only");
    } else if (c.is(Provider::mysql) && !leads_a_key(model, static_cast<int>(i))) {
      c.error(DiagnosticKind::provider, where, "MySQL counts a field only if it leads an index", "add @unique or @@index");
    }
  }
}

}  // namespace

bool leads_a_key(const Model& model, int field) {
  const auto leads = [&](const Key& key) { return !key.columns.empty() && key.columns[0].field == field; };
  return (model.primary_key && leads(*model.primary_key)) || std::any_of(model.uniques.begin(), model.uniques.end(), leads) ||
         std::any_of(model.indexes.begin(), model.indexes.end(), leads);
}

void check_defaults(Context& c) {
  for (auto* shapes : {&c.types, &c.models}) {
    for (auto& shape : *shapes) {
      for (size_t i = 0; i < shape.fields.size(); ++i) {
        if (const auto* use = shape.fields[i].find(AttributeId::default_)) {
          DefaultChecker(c, shape, *use, static_cast<int>(i)).run();
        }
      }
    }
  }
}

void check_autoincrements(Context& c) {
  for (const auto& shape : c.models) check_autoincrement(c, shape, c.schema.models[static_cast<size_t>(shape.index)]);
}

}  // namespace trivet::schema
