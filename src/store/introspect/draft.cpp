#include "store/introspect/draft.h"

#include <algorithm>

#include "schema/check/names.h"
#include "schema/check/provider.h"
#include "store/introspect/conventions/conventions.h"

namespace trivet::store::introspect {

namespace {

using schema::DefaultKind;
using schema::ScalarType;

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (const std::string& part : parts) {
    if (part.empty()) continue;
    if (!text.empty()) text += separator;
    text += part;
  }
  return text;
}

std::string scalar_name(const Draft& draft, const LiveColumn& column) {
  switch (column.type) {
    case ScalarType::string:
      return "String";
    case ScalarType::boolean:
      return "Boolean";
    case ScalarType::int_:
      return "Int";
    case ScalarType::bigint:
      return "BigInt";
    case ScalarType::float_:
      return "Float";
    case ScalarType::decimal:
      return "Decimal";
    case ScalarType::datetime:
      return "DateTime";
    case ScalarType::json:
    case ScalarType::composite:
      return "Json";
    case ScalarType::bytes:
      return "Bytes";
    case ScalarType::enum_:
      return draft.names.enums[draft.live.find_enum(column.enum_name)];
    case ScalarType::unsupported:
      break;
  }
  return "Unsupported(" + quoted(column.raw_type) + ")";
}

std::string value_text(const Draft& draft, const LiveColumn& column, const std::string& value) {
  switch (column.type) {
    case ScalarType::boolean:
    case ScalarType::int_:
    case ScalarType::bigint:
    case ScalarType::float_:
    case ScalarType::decimal:
      return value;
    case ScalarType::enum_: {
      const int at = draft.live.find_enum(column.enum_name);
      const std::vector<std::string>& values = draft.live.enums[at].values;
      const size_t found = static_cast<size_t>(std::ranges::find(values, value) - values.begin());
      return found < values.size() ? draft.names.enum_values[at][found] : quoted(value);
    }
    default:
      return quoted(value);
  }
}

std::string comment_lines(const std::string& comment) {
  std::string text;
  for (size_t at = 0; at < comment.size();) {
    const size_t end = std::min(comment.find('\n', at), comment.size());
    text += "/// " + comment.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return text;
}

std::string map_of(const std::string& name, const std::string& written,
                   std::string_view attribute) {
  return name == written ? std::string() : std::string(attribute) + "(" + quoted(name) + ")";
}

std::string schema_line(const std::string& placed) {
  const std::string_view name = schema::split_name(placed).db_schema;
  return name.empty() ? std::string() : "@@schema(" + quoted(name) + ")\n";
}

std::string field_name(const Draft& draft, int table, const std::string& column) {
  return draft.names.fields[table][draft.live.tables[table].find_column(column)];
}

std::string field_list(const Draft& draft, int table, const std::vector<std::string>& columns) {
  std::vector<std::string> names;
  for (const std::string& column : columns) names.push_back(field_name(draft, table, column));
  return "[" + join(names, ", ") + "]";
}

// The name if it isn't the one that the schema would give.
std::string map_argument(const Draft& draft, int table, const std::string& name,
                         const std::vector<std::string>& columns, std::string_view suffix) {
  if (name.empty()) return {};
  const std::vector<std::string_view> views(columns.begin(), columns.end());
  const std::string usual =
      schema::constraint_name(bare_name(draft.live.tables[table].name), views, suffix,
                              schema::provider_info(draft.live.provider).identifier_max);
  return name == usual ? std::string() : "map: " + quoted(name);
}

std::vector<std::string> columns_of(const LiveIndex& index) {
  std::vector<std::string> columns;
  for (const LiveIndexColumn& column : index.columns) columns.push_back(column.name);
  return columns;
}

std::string index_map(const Draft& draft, int table, const LiveIndex& index) {
  return map_argument(draft, table, index.name, columns_of(index), index.unique ? "_key" : "_idx");
}

bool fits_field(const LiveIndex& index) {
  return index.unique && index.columns.size() == 1 && index.where_sql.empty() &&
         index.method.empty() && index.columns.front().ops.empty();
}

std::string unique_of(const Draft& draft, int table, const std::string& column) {
  for (const LiveIndex& index : draft.live.tables[table].indexes)
    if (fits_field(index) && index.columns.front().name == column)
      return unique_text(draft, table, index);
  return {};
}

const LiveForeignKey& key_of(const Draft& draft, const LiveRelation& relation) {
  return draft.live.tables[relation.from].foreign_keys[relation.key];
}

// @ignore: the other model, or this relation, can't be served, but this model can.
std::string ignore_text(const Draft& draft, const LiveRelation& relation, int own) {
  const bool hidden = is_ignored(draft, relation.from) || is_ignored(draft, relation.to);
  return hidden && !is_ignored(draft, own) ? "@ignore" : "";
}

std::string reference_line(const Draft& draft, const LiveRelation& relation) {
  const LiveForeignKey& key = key_of(draft, relation);
  std::vector<std::string> arguments;
  if (!relation.name.empty()) arguments.push_back(quoted(relation.name));
  arguments.push_back("fields: " + field_list(draft, relation.from, key.columns));
  arguments.push_back("references: " + field_list(draft, relation.to, key.to_columns));
  std::ranges::copy(action_texts(draft, relation), std::back_inserter(arguments));
  arguments.push_back(map_argument(draft, relation.from, key.name, key.columns, "_fkey"));
  return join(
      {relation.from_field, draft.names.models[relation.to] + (relation.optional ? "?" : ""),
       "@relation(" + join(arguments, ", ") + ")", ignore_text(draft, relation, relation.from)},
      " ");
}

void append_body(const Draft& draft, int table, std::string& text) {
  const LiveTable& live = draft.live.tables[table];
  for (size_t i = 0; i < live.columns.size(); ++i)
    text += column_line(draft, table, static_cast<int>(i)) + "\n";
  for (const LiveRelation& relation : draft.relations) {
    if (relation.from == table) text += relation_line(draft, relation, Side::from) + "\n";
    if (relation.to == table) text += relation_line(draft, relation, Side::to) + "\n";
  }
  if (live.primary_key.size() > 1) text += key_line(draft, table) + "\n";
  for (const LiveIndex& index : live.indexes)
    if (unique_text(draft, table, index).empty()) text += index_line(draft, table, index) + "\n";
  text += map_of(bare_name(live.name), draft.names.models[table], "@@map") + "\n" + schema_line(live.name);
  for (const std::string& attribute : is_ignored(draft, table)
                                          ? std::vector<std::string>{"@@ignore"}
                                          : model_attributes(draft.live, table,
                                                             draft.names.fields[table]))
    text += attribute + "\n";
}

}  // namespace

std::string quoted(std::string_view text) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20) {
      out += "\\u00";
      out += digits[byte >> 4];
      out += digits[byte & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

Draft make_draft(const LiveDatabase& live, const schema::Schema* previous) {
  Draft draft{live, match(live, previous), {}, {}};
  draft.names = make_names(live, draft.matches);
  draft.relations = make_relations(live, draft.matches, draft.names);
  return draft;
}

std::string type_text(const Draft& draft, const LiveColumn& column) {
  return scalar_name(draft, column) + (column.is_list ? "[]" : column.required ? "" : "?");
}

std::string default_text(const Draft& draft, const LiveColumn& column) {
  const LiveDefault& value = column.default_value;
  switch (value.kind) {
    case DefaultKind::literal:
      return "@default(" + value_text(draft, column, value.text) + ")";
    case DefaultKind::list: {
      std::vector<std::string> items;
      for (const std::string& item : value.items) items.push_back(value_text(draft, column, item));
      return "@default([" + join(items, ", ") + "])";
    }
    case DefaultKind::now:
      return "@default(now())";
    case DefaultKind::autoincrement:
      return "@default(autoincrement())";
    case DefaultKind::dbgenerated:
      return "@default(dbgenerated(" + (value.sql.empty() ? "" : quoted(value.sql)) + "))";
    default:
      return {};
  }
}

std::string native_text(const LiveColumn& column) {
  return column.native.empty() ? std::string() : "@db." + column.native;
}

std::string id_text(const Draft& draft, int table) {
  const LiveTable& live = draft.live.tables[table];
  const std::string map = map_argument(draft, table, live.primary_key_name, {}, "_pkey");
  return map.empty() ? "@id" : "@id(" + map + ")";
}

std::string unique_text(const Draft& draft, int table, const LiveIndex& index) {
  if (!fits_field(index)) return {};
  for (const LiveIndex& other : draft.live.tables[table].indexes) {
    if (&other == &index) break;
    if (fits_field(other) && other.columns.front().name == index.columns.front().name) return {};
  }
  std::vector<std::string> arguments{index_map(draft, table, index)};
  if (index.columns.front().descending) arguments.emplace_back("sort: Desc");
  const std::string list = join(arguments, ", ");
  return list.empty() ? "@unique" : "@unique(" + list + ")";
}

std::string column_line(const Draft& draft, int table, int at) {
  const LiveTable& live = draft.live.tables[table];
  const LiveColumn& column = live.columns[at];
  const bool is_key = live.primary_key.size() == 1 && live.primary_key.front() == column.name;
  return comment_lines(column.comment) +
         join({draft.names.fields[table][at], type_text(draft, column),
               is_key ? id_text(draft, table) : "", unique_of(draft, table, column.name),
               default_text(draft, column),
               draft.matches.model(table) == nullptr ? column_attribute(draft.live, table, at) : "",
               map_of(column.name, draft.names.fields[table][at], "@map"), native_text(column)},
              " ");
}

std::vector<std::string> action_texts(const Draft& draft, const LiveRelation& relation) {
  using schema::ReferentialAction;
  static constexpr std::string_view names[] = {"Cascade", "Restrict", "NoAction", "SetNull",
                                               "SetDefault"};
  const LiveForeignKey& key = key_of(draft, relation);
  const LiveTable& table = draft.live.tables[relation.from];
  const bool any_required = std::ranges::any_of(key.columns, [&](const std::string& column) {
    return table.columns[table.find_column(column)].required;
  });
  std::vector<std::string> texts;
  if (key.on_delete != (any_required ? ReferentialAction::restrict : ReferentialAction::set_null))
    texts.push_back("onDelete: " + std::string(names[static_cast<size_t>(key.on_delete)]));
  if (key.on_update != ReferentialAction::cascade)
    texts.push_back("onUpdate: " + std::string(names[static_cast<size_t>(key.on_update)]));
  return texts;
}

std::string relation_line(const Draft& draft, const LiveRelation& relation, Side side) {
  if (side == Side::from && relation.key >= 0) return reference_line(draft, relation);
  const int own = side == Side::from ? relation.from : relation.to;
  const int other = side == Side::from ? relation.to : relation.from;
  return join({side == Side::from ? relation.from_field : relation.to_field,
               draft.names.models[other] + (relation.key >= 0 && relation.one_to_one ? "?" : "[]"),
               relation.name.empty() ? "" : "@relation(" + quoted(relation.name) + ")",
               relation.key < 0 ? "" : ignore_text(draft, relation, own)},
              " ");
}

std::string index_line(const Draft& draft, int table, const LiveIndex& index) {
  std::vector<std::string> columns;
  for (const LiveIndexColumn& column : index.columns) {
    std::vector<std::string> options;
    if (!column.ops.empty()) options.push_back("ops: " + column.ops);
    if (column.descending) options.emplace_back("sort: Desc");
    const std::string list = join(options, ", ");
    columns.push_back(field_name(draft, table, column.name) +
                      (list.empty() ? "" : "(" + list + ")"));
  }
  std::vector<std::string> arguments{"[" + join(columns, ", ") + "]",
                                     index_map(draft, table, index)};
  if (!index.method.empty()) arguments.push_back("type: " + index.method);
  if (!index.where_sql.empty()) arguments.push_back("where: raw(" + quoted(index.where_sql) + ")");
  return std::string(index.unique ? "@@unique(" : "@@index(") + join(arguments, ", ") + ")";
}

std::string key_line(const Draft& draft, int table) {
  const LiveTable& live = draft.live.tables[table];
  return "@@id(" +
         join({field_list(draft, table, live.primary_key),
               map_argument(draft, table, live.primary_key_name, {}, "_pkey")},
              ", ") +
         ")";
}

bool is_ignored(const Draft& draft, int table) {
  if (const schema::Model* previous = draft.matches.model(table)) return previous->ignored;
  const LiveTable& live = draft.live.tables[table];
  return !live.is_view && (!has_usable_key(live) || is_frameworks_own(draft.live, table));
}

bool is_join(const Draft& draft, int table) {
  return std::ranges::any_of(draft.relations,
                             [&](const LiveRelation& relation) { return relation.join == table; });
}

std::string model_text(const Draft& draft, int table) {
  const LiveTable& live = draft.live.tables[table];
  std::string text = comment_lines(live.comment);
  if (const std::string joins = join_comment(draft.live, table); !joins.empty())
    text += "/// " + joins + "\n";
  if (is_frameworks_own(draft.live, table))
    text += "/// It is " + std::string(framework_name(draft.live.framework)) +
            "'s own, so it is not in the API.\n";
  else if (is_ignored(draft, table))
    text +=
        "/// This table has no key by which its rows can be told apart, so it is not in the API.\n";
  text += (live.is_view ? "view " : "model ") + draft.names.models[table] + " {\n";
  append_body(draft, table, text);
  return text + "}\n";
}

std::string enum_text(const Draft& draft, int at) {
  const LiveEnum& live = draft.live.enums[at];
  std::string text = comment_lines(live.comment) + "enum " + draft.names.enums[at] + " {\n";
  for (size_t i = 0; i < live.values.size(); ++i) {
    const std::string& name = draft.names.enum_values[at][i];
    text += join({name, map_of(live.values[i], name, "@map")}, " ") + "\n";
  }
  return text + map_of(bare_name(live.name), draft.names.enums[at], "@@map") + "\n" + schema_line(live.name) + "}\n";
}

}  // namespace trivet::store::introspect
