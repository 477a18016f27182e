#include "engine/policy/validate.h"

#include <unicode/ucasemap.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/unicode.h"
#include "store/evaluate.h"
#include "store/store.h"

namespace trivet::engine {
namespace {

using Kind = ValueCheck::Kind;

// A day that there is, leap years counted.
constexpr std::string_view date_pattern =
    "(([0-9][0-9][2468][048]|[0-9][0-9][13579][26]|[0-9][0-9]0[48]|[02468][048]00|[13579][26]00)"
    "-02-29|[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    "|02-(0[1-9]|1[0-9]|2[0-8])))";
constexpr std::string_view minute_pattern = "([01][0-9]|2[0-3]):[0-5][0-9]";

std::string anchored(std::string_view pattern) { return "^(" + std::string(pattern) + ")$"; }

std::string time_pattern(int64_t precision) {
  std::string pattern(minute_pattern);
  if (precision < 0) return pattern + "(:[0-5][0-9](\\.[0-9]+)?)?";
  pattern += ":[0-5][0-9]";
  return precision == 0 ? pattern : pattern + "\\.[0-9]{" + std::to_string(precision) + "}";
}

std::string uuid_pattern(int64_t version) {
  const std::string hex = "[0-9a-fA-F]";
  const std::string digit = version < 0 ? "[1-8]" : std::to_string(version);
  std::string pattern = hex + "{8}-" + hex + "{4}-" + digit + hex + "{3}-[89abAB]" + hex + "{3}-" +
                        hex + "{12}";
  if (version < 0)
    pattern += "|00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff";
  return pattern;
}

int64_t number_of(const schema::Expr& expr, int64_t otherwise) {
  if (expr.kind != schema::ExprKind::literal_number) return otherwise;
  const char* begin = expr.text.data() + (expr.text.starts_with('+') ? 1 : 0);
  int64_t number = otherwise;
  std::from_chars(begin, expr.text.data() + expr.text.size(), number);
  return number;
}

std::string length_message(int64_t min, int64_t max, bool list) {
  const std::string what = list ? " items" : " characters";
  if (max == INT64_MAX) return "must have at least " + std::to_string(min) + what;
  if (min == 0) return "must have at most " + std::to_string(max) + what;
  return "must have " + std::to_string(min) + " to " + std::to_string(max) + what;
}

struct Word {
  std::string_view name;
  Kind kind;
  std::string_view message;  // with what is asked behind it
};
constexpr Word words[] = {
    {"trim", Kind::trim, ""},
    {"lower", Kind::lower, ""},
    {"upper", Kind::upper, ""},
    {"length", Kind::length, ""},
    {"startsWith", Kind::starts_with, "must start with "},
    {"endsWith", Kind::ends_with, "must end with "},
    {"contains", Kind::contains, "must contain "},
    {"regex", Kind::regex, "has the wrong form"},
    {"email", Kind::regex, "must be an e-mail address"},
    {"url", Kind::regex, "must be a URL"},
    {"phone", Kind::regex, "must be a phone number with country code, like +15551234567"},
    {"datetime", Kind::regex, "must be a time in UTC, like 2024-01-31T12:00:00Z"},
    {"date", Kind::regex, "must be a date, like 2024-01-31"},
    {"time", Kind::regex, "must be a time of day, like 12:00:00"},
    {"uuid", Kind::regex, "must be a UUID"},
    {"gt", Kind::gt, "must be greater than "},
    {"gte", Kind::gte, "must be at least "},
    {"lt", Kind::lt, "must be less than "},
    {"lte", Kind::lte, "must be at most "},
};

// JavaScript's white space.
bool is_white(char32_t c) {
  if (c < 0x80) return is_space(static_cast<char>(c));
  return c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 ||
         c == 0x202f || c == 0x205f || c == 0x3000 || c == 0xfeff;
}

std::string_view trimmed(std::string_view text) {
  size_t begin = text.size();
  size_t end = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t start = at;
    if (is_white(next_code_point(text, at))) continue;
    begin = std::min(begin, start);
    end = at;
  }
  return begin >= end ? std::string_view() : text.substr(begin, end - begin);
}

// By Unicode, whatever the machine's language.
std::string cased(std::string_view text, Kind kind) {
  UErrorCode error = U_ZERO_ERROR;
  UCaseMap* map = ucasemap_open("", 0, &error);
  std::string out(text.size() * 3 + 16, '\0');
  const auto size = static_cast<int32_t>(text.size());
  const auto room = static_cast<int32_t>(out.size());
  const int32_t made =
      kind == Kind::lower ? ucasemap_utf8ToLower(map, out.data(), room, text.data(), size, &error)
                          : ucasemap_utf8ToUpper(map, out.data(), room, text.data(), size, &error);
  ucasemap_close(map);
  if (U_FAILURE(error)) return std::string(text);
  out.resize(static_cast<size_t>(made));
  return out;
}

bool holds(const ValueCheck& check, Value value, Type type) {
  switch (check.kind) {
    case Kind::length: {
      const auto count = static_cast<int64_t>(value.kind() == ValueKind::list
                                                  ? value.as_list().size()
                                                  : count_code_points(value.as_text()));
      return count >= check.min && count <= check.max;
    }
    case Kind::starts_with:
      return value.as_text().starts_with(check.text);
    case Kind::ends_with:
      return value.as_text().ends_with(check.text);
    case Kind::contains:
      return value.as_text().find(check.text) != std::string_view::npos;
    case Kind::regex:
      return check.regex->matches(value.as_text());
    default:
      break;
  }
  const int order = store::compare_values(value, check.bound, type, nullptr);
  switch (check.kind) {
    case Kind::gt:
      return order > 0;
    case Kind::gte:
      return order >= 0;
    case Kind::lt:
      return order < 0;
    default:
      return order <= 0;
  }
}

// A literal bound as a value that the field's values compare with.
Value bound_of(const schema::Expr& expr, Type type, Arena& arena) {
  const std::string_view text =
      std::string_view(expr.text).substr(expr.text.starts_with('+') ? 1 : 0);
  if (type == Type::float4 || type == Type::float8) {
    double number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return Value::floating(number);
  }
  if (text.find('.') == std::string_view::npos && type != Type::numeric)
    return Value::integer(number_of(expr, 0));
  return Value::numeric(arena.copy(text));
}

}  // namespace

std::optional<std::string> validation_pattern(std::string_view name, int64_t number) {
  if (name == "email")
    return anchored(
        "([A-Za-z0-9_'+-]+\\.)*[A-Za-z0-9_'+-]*[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9-]*\\.)+"
        "[A-Za-z]{2,}");
  if (name == "url")
    return anchored("[A-Za-z][A-Za-z0-9+.-]*:(///?[^\\s/?#]\\S*|/?[^\\s/]\\S*)");
  if (name == "phone") return anchored("\\+[1-9][0-9]{6,14}");
  if (name == "date") return anchored(date_pattern);
  if (name == "datetime")
    return anchored(std::string(date_pattern) + "T" + std::string(minute_pattern) +
                    ":[0-5][0-9](\\.[0-9]+)?Z");
  if (name == "time") return anchored(time_pattern(number));
  if (name == "uuid") return anchored(uuid_pattern(number));
  return std::nullopt;
}

std::vector<ValueCheck> compile_checks(const schema::Field& field, Arena& arena,
                                       std::vector<schema::Diagnostic>& diagnostics) {
  std::vector<ValueCheck> made;
  for (const schema::FieldCheck& check : field.checks) {
    const auto word = std::ranges::find(words, check.name, &Word::name);
    TRIVET_ASSERT(word != std::end(words));
    ValueCheck one;
    one.kind = word->kind;
    std::string message(word->message);
    const schema::Expr none{.kind = schema::ExprKind::literal_null, .where = {}, .text = {}, .operands = {}};
    const schema::Expr& first = check.arguments.empty() ? none : check.arguments[0];
    if (one.kind == Kind::length) {
      one.min = number_of(first, 0);
      one.max = number_of(check.arguments[1], INT64_MAX);
      message = length_message(one.min, one.max, field.is_list);
    } else if (one.kind == Kind::regex) {
      const auto pattern = validation_pattern(check.name, number_of(first, -1));
      auto regex = Regex::compile(pattern ? *pattern : first.text, CaseRule::sensitive);
      if (!regex) {
        diagnostics.push_back({schema::DiagnosticKind::arg, first.where, regex.error().message,
                               "use what JavaScript, PostgreSQL and RE2 read alike"});
        continue;
      }
      one.regex = std::make_shared<const Regex>(std::move(*regex));
    } else if (one.kind >= Kind::gt) {
      one.bound = bound_of(first, store::field_type(field), arena);
      message += first.text;
    } else if (one.kind >= Kind::starts_with) {
      one.text = first.text;
      message += "\"" + first.text + "\"";
    }
    one.message = check.message.empty() ? "Column \"" + field.db_name + "\" " + message + "."
                                        : check.message;
    made.push_back(std::move(one));
  }
  return made;
}

result<Value> validate_value(const schema::Model& model, const schema::Field& field,
                             const std::vector<ValueCheck>& checks, Value value, Arena& arena) {
  for (const ValueCheck& check : checks) {
    if (value.is_null() || value.kind() == ValueKind::absent ||
        value.kind() == ValueKind::reference)
      break;
    if (check.kind == Kind::trim) {
      value = Value::text(trimmed(value.as_text()));
    } else if (check.kind == Kind::lower || check.kind == Kind::upper) {
      value = Value::text(arena.copy(cased(value.as_text(), check.kind)));
    } else if (!holds(check, value, store::field_type(field))) {
      return fail(ErrorCode::check_violation,
                  "new row for relation \"" + model.db_name + "\" violates check constraint \"" +
                      model.db_name + "_" + field.db_name + "_check\"",
                  check.message);
    }
  }
  return value;
}

Error row_check_failed(const schema::Model& model, const RowCheck& check) {
  return Error(ErrorCode::check_violation,
               "new row for relation \"" + model.db_name + "\" violates check constraint \"" +
                   model.db_name + "_check\"",
               check.message, check.columns.empty() ? "" : "Columns: " + check.columns + ".");
}

}  // namespace trivet::engine
