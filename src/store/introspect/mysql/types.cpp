#include "store/introspect/mysql/types.h"

#include <algorithm>
#include <array>

namespace trivet::store::introspect {

using schema::DefaultKind;
using schema::ScalarType;

namespace {

struct TypeName {
  std::string_view mysql;
  ScalarType type;
  std::string_view native;     // of @db.
  std::string_view usual;      // COLUMN_TYPE that a field has without one
  bool has_arguments = false;  // native takes those of the column
};

constexpr auto names = std::to_array<TypeName>({
    {"tinyint", ScalarType::int_, "TinyInt", ""},
    {"smallint", ScalarType::int_, "SmallInt", ""},
    {"mediumint", ScalarType::int_, "MediumInt", ""},
    {"int", ScalarType::int_, "Int", "int(11)"},
    {"bigint", ScalarType::bigint, "BigInt", "bigint(20)"},
    {"year", ScalarType::int_, "Year", ""},
    {"float", ScalarType::float_, "Float", ""},
    {"double", ScalarType::float_, "Double", "double"},
    {"decimal", ScalarType::decimal, "Decimal", "decimal(65,30)", true},
    {"varchar", ScalarType::string, "VarChar", "varchar(191)", true},
    {"char", ScalarType::string, "Char", "", true},
    {"tinytext", ScalarType::string, "TinyText", ""},
    {"text", ScalarType::string, "Text", ""},
    {"mediumtext", ScalarType::string, "MediumText", ""},
    {"longtext", ScalarType::string, "LongText", ""},
    {"datetime", ScalarType::datetime, "DateTime", "datetime(3)", true},
    {"timestamp", ScalarType::datetime, "Timestamp", "", true},
    {"date", ScalarType::datetime, "Date", ""},
    {"time", ScalarType::datetime, "Time", "", true},
    {"binary", ScalarType::bytes, "Binary", "", true},
    {"varbinary", ScalarType::bytes, "VarBinary", "", true},
    {"tinyblob", ScalarType::bytes, "TinyBlob", ""},
    {"blob", ScalarType::bytes, "Blob", ""},
    {"mediumblob", ScalarType::bytes, "MediumBlob", ""},
    {"longblob", ScalarType::bytes, "LongBlob", "longblob"},
});

std::string_view arguments_of(std::string_view type) {
  const size_t open = type.find('(');
  const size_t close = type.find(')');
  if (open == type.npos || close == type.npos || close < open) return {};
  return type.substr(open + 1, close - open - 1);
}

bool is_quoted(std::string_view text) {
  return text.size() >= 2 && text.front() == '\'' && text.back() == '\'';
}

// 'it''s' → it's; the server writes a backslash as two.
std::string unquoted(std::string_view text) {
  std::string plain;
  text = text.substr(1, text.size() - 2);
  for (size_t i = 0; i < text.size(); ++i) {
    const bool doubled = i + 1 < text.size() && text[i + 1] == text[i] &&
                         (text[i] == '\'' || text[i] == '\\');
    plain += text[i];
    if (doubled) ++i;
  }
  return plain;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("-0123456789.eE+") == text.npos;
}

}  // namespace

void set_mysql_type(std::string_view column_type, bool is_json, LiveColumn& column) {
  column.raw_type = column_type;
  if (is_json) {
    column.type = ScalarType::json;
    return;
  }
  if (column_type == "tinyint(1)") {
    column.type = ScalarType::boolean;
    return;
  }
  if (column_type.starts_with("enum(")) {
    column.type = ScalarType::enum_;
    return;
  }
  const std::string_view word = column_type.substr(0, column_type.find_first_of("( "));
  const auto found = std::ranges::find(names, word, &TypeName::mysql);
  if (found == names.end()) return;
  column.type = found->type;
  if (column_type == found->usual) return;
  const bool is_unsigned = column_type.ends_with(" unsigned");
  if (column_type.find("zerofill") != column_type.npos || (is_unsigned && word == "decimal") ||
      (is_unsigned && column.type == ScalarType::float_)) {
    column.type = ScalarType::unsupported;
    return;
  }
  column.native = (is_unsigned ? "Unsigned" : "") + std::string(found->native);
  if (!found->has_arguments) return;
  std::string arguments(arguments_of(column_type));
  if (arguments.empty()) arguments = "0";  // of times
  if (const size_t comma = arguments.find(','); comma != arguments.npos)
    arguments.replace(comma, 1, ", ");
  column.native += "(" + arguments + ")";
}

std::vector<std::string> mysql_enum_values(std::string_view column_type) {
  std::vector<std::string> values;
  size_t at = column_type.find('\'');
  while (at < column_type.size() && column_type[at] == '\'') {
    size_t end = at + 1;
    while (end < column_type.size()) {
      if (column_type[end] == '\'' && end + 1 < column_type.size() && column_type[end + 1] == '\'')
        end += 2;
      else if (column_type[end] == '\'')
        break;
      else
        ++end;
    }
    if (end >= column_type.size()) break;
    values.push_back(unquoted(column_type.substr(at, end - at + 1)));
    at = end + 2;  // behind the quote and the comma
  }
  return values;
}

LiveDefault mysql_default(const LiveColumn& column, std::string_view column_type,
                          const std::string& default_sql) {
  LiveDefault made;
  if (default_sql.empty() || default_sql == "NULL") return made;
  made.sql = default_sql;
  made.kind = DefaultKind::dbgenerated;
  const auto literal = [&](std::string text) {
    made.kind = DefaultKind::literal;
    made.text = std::move(text);
  };
  const std::string_view digits = arguments_of(column_type);
  switch (column.type) {
    case ScalarType::boolean:
      if (default_sql == "0" || default_sql == "1") literal(default_sql == "1" ? "true" : "false");
      break;
    case ScalarType::int_:
    case ScalarType::bigint:
    case ScalarType::float_:
    case ScalarType::decimal:
      if (is_number(default_sql)) literal(default_sql);
      break;
    case ScalarType::string:
    case ScalarType::enum_:
      if (is_quoted(default_sql)) literal(unquoted(default_sql));
      break;
    case ScalarType::json:
      if (is_quoted(default_sql)) literal(unquoted(default_sql));
      break;
    case ScalarType::datetime:
      if (default_sql == "current_timestamp(" + std::string(digits) + ")" &&
          (column_type.starts_with("datetime") || column_type.starts_with("timestamp")))
        made.kind = DefaultKind::now;
      break;
    default:
      break;
  }
  return made;
}

}  // namespace trivet::store::introspect
