#include "store/mysql/write/violation.h"

#include <mysqld_error.h>

#include <algorithm>

#include "store/store.h"
#include "value/format_options.h"
#include "value/text_format.h"

namespace trivet::store::mysql {

namespace {

using schema::Model;
using schema::Relation;

// What stands between the quotes after `before`: identifiers in backticks or double quotes, keys in
// single ones.
std::string_view quoted_at(std::string_view text, size_t at, std::string_view before) {
  if (at == text.npos || at + before.size() >= text.size()) return {};
  const char quote = text[at + before.size()];
  const size_t start = at + before.size() + 1;
  const size_t end = text.find(quote, start);
  return end == text.npos ? std::string_view() : text.substr(start, end - start);
}

std::string_view quoted_after(std::string_view text, std::string_view before) {
  return quoted_at(text, text.find(before), before);
}

// Behind values that may say anything.
std::string_view quoted_after_last(std::string_view text, std::string_view before) {
  return quoted_at(text, text.rfind(before), before);
}

std::string text_of(Value value, Type type) {
  std::string text;
  append_text_value(text, value, type, FormatOptions{});
  return text;
}

struct KeyText {
  std::string columns;
  std::string values;
  std::string joined;  // as the server writes a double key
};

// The key of one row of the write; nothing where the write doesn't say it.
std::optional<KeyText> key_text(const FailedWrite& write, const std::vector<int>& fields,
                                const std::vector<Value>* row) {
  const Model& model = write.schema.models[write.step.model];
  KeyText key;
  for (const int field : fields) {
    const auto at = std::ranges::find(write.step.fields, field);
    if (at == write.step.fields.end()) return std::nullopt;
    const auto position = static_cast<size_t>(at - write.step.fields.begin());
    Value value;
    if (row != nullptr)
      value = (*row)[position];
    else if (write.step.values[position].op == Op::param)
      value = write.params[write.step.values[position].param];
    else
      return std::nullopt;
    if (value.is_null() || value.kind() == ValueKind::absent) return std::nullopt;
    const std::string text = text_of(value, field_type(model.fields[field]));
    const char* comma = field == fields.front() ? "" : ", ";
    key.columns += comma + model.fields[field].db_name;
    key.values += comma + text;
    key.joined += (field == fields.front() ? "" : "-") + text;
  }
  return key;
}

// The key of the row that the server means, or of the only one that there is.
std::optional<KeyText> failing_key(const FailedWrite& write, const std::vector<int>& fields,
                                   std::string_view entry) {
  if (write.step.kind == StepKind::update) return key_text(write, fields, nullptr);
  for (const std::vector<Value>& row : write.rows) {
    auto key = key_text(write, fields, &row);
    if (key && (write.rows.size() == 1 || key->joined == entry)) return key;
  }
  return std::nullopt;
}

const schema::Key* find_key(const Model& model, std::string_view name) {
  if (name == "PRIMARY") return model.primary_key ? &*model.primary_key : nullptr;
  const auto found = std::ranges::find(model.uniques, name, &schema::Key::db_name);
  return found == model.uniques.end() ? nullptr : &*found;
}

Error unique_violation(Error error, std::string_view text, const FailedWrite& write) {
  if (write.step.model < 0) return error;
  const Model& model = write.schema.models[write.step.model];
  std::string_view name = quoted_after_last(text, "for key ");
  if (const size_t dot = name.rfind('.'); dot != name.npos) name.remove_prefix(dot + 1);
  const schema::Key* key = find_key(model, name);
  const std::string shown = key != nullptr && !key->db_name.empty() ? key->db_name
                            : name == "PRIMARY"                     ? model.db_name + "_pkey"
                                                                    : std::string(name);
  error.message = "duplicate key value violates unique constraint \"" + shown + "\"";
  if (key == nullptr) return error;
  std::vector<int> fields;
  for (const schema::KeyColumn& column : key->columns) fields.push_back(column.field);
  if (const auto failed = failing_key(write, fields, quoted_after(text, "Duplicate entry ")))
    error.details = "Key (" + failed->columns + ")=(" + failed->values + ") already exists.";
  return error;
}

const Relation* find_relation(const schema::Schema& schema, std::string_view text) {
  const std::string_view name = quoted_after(text, "CONSTRAINT ");
  for (const Relation& relation : schema.relations) {
    const bool join = relation.kind == schema::RelationKind::many_to_many;
    if (join ? name.starts_with(relation.constraint + "_") : name == relation.constraint)
      return &relation;
  }
  return nullptr;
}

Error missing_parent(Error error, std::string_view text, const FailedWrite& write) {
  const Relation* relation = find_relation(write.schema, text);
  if (relation == nullptr) return error;
  const bool join = relation->kind == schema::RelationKind::many_to_many;
  const std::string table = join ? relation->constraint
                                 : write.schema.models[relation->model[0]].db_name;
  error.message = "insert or update on table \"" + table + "\" violates foreign key constraint \"" +
                  std::string(quoted_after(text, "CONSTRAINT ")) + "\"";
  const int side = join && quoted_after(text, "FOREIGN KEY (") == "A" ? 0 : 1;
  const std::string& parent = write.schema.models[relation->model[side]].db_name;
  if (join && write.rows.size() == 1) {
    const std::string column = side == 0 ? "A" : "B";
    error.details = "Key (" + column + ")=(" +
                    text_of(write.rows.front()[static_cast<size_t>(side)], Type::unknown) +
                    ") is not present in table \"" + parent + "\".";
    return error;
  }
  if (join || write.step.model != relation->model[0]) return error;
  const auto key = write.step.kind == StepKind::update
                       ? key_text(write, relation->from_fields, nullptr)
                   : write.rows.size() == 1
                       ? key_text(write, relation->from_fields, &write.rows.front())
                       : std::nullopt;
  if (key)
    error.details =
        "Key (" + key->columns + ")=(" + key->values + ") is not present in table \"" + parent + "\".";
  return error;
}

}  // namespace

const Relation* referring_relation(const schema::Schema& schema, unsigned number,
                                   std::string_view text) {
  if (number != ER_ROW_IS_REFERENCED_2) return nullptr;
  return find_relation(schema, text);
}

std::string referenced_details(const schema::Schema& schema, const Relation& relation,
                               std::span<const Value> key) {
  const Model& parent = schema.models[relation.model[1]];
  std::string columns;
  std::string values;
  for (size_t i = 0; i < key.size(); ++i) {
    const schema::Field& field = parent.fields[relation.to_fields[i]];
    columns += (i == 0 ? "" : ", ") + field.db_name;
    values += (i == 0 ? "" : ", ") + text_of(key[i], field_type(field));
  }
  return "Key (" + columns + ")=(" + values + ") is still referenced from table \"" +
         schema.models[relation.model[0]].db_name + "\".";
}

Error explain_violation(Error error, unsigned number, std::string_view text,
                        const FailedWrite& write) {
  const std::string table =
      write.step.model < 0 ? std::string() : write.schema.models[write.step.model].db_name;
  switch (number) {
    case ER_DUP_ENTRY:
    case ER_DUP_ENTRY_WITH_KEY_NAME:
      return unique_violation(std::move(error), text, write);
    case ER_FOREIGN_DUPLICATE_KEY_WITH_CHILD_INFO: {
      // A key of another table, which a cascade would make double.
      const std::string child(quoted_after(text, "in table "));
      const Model* model = write.schema.find_table(child);
      const std::string_view name = quoted_after(text, "key ");
      const schema::Key* key = model == nullptr ? nullptr : find_key(*model, name);
      error.message = "duplicate key value violates unique constraint \"" +
                      (key != nullptr && !key->db_name.empty() ? key->db_name
                       : name == "PRIMARY"                     ? child + "_pkey"
                                                               : std::string(name)) +
                      "\"";
      return error;
    }
    case ER_BAD_NULL_ERROR:
    case ER_NO_DEFAULT_FOR_FIELD: {
      const std::string_view column =
          quoted_after(text, number == ER_BAD_NULL_ERROR ? "Column " : "Field ");
      error.message = "null value in column \"" + std::string(column) + "\" of relation \"" + table +
                      "\" violates not-null constraint";
      return error;
    }
    case ER_CONSTRAINT_FAILED:
      error.message = "new row for relation \"" + table + "\" violates check constraint \"" +
                      std::string(quoted_after(text, "CONSTRAINT ")) + "\"";
      return error;
    case ER_NO_REFERENCED_ROW_2:
      return missing_parent(std::move(error), text, write);
    case ER_ROW_IS_REFERENCED_2: {
      const Relation* relation = find_relation(write.schema, text);
      if (relation == nullptr) return error;
      error.message = "update or delete on table \"" +
                      write.schema.models[relation->model[1]].db_name +
                      "\" violates foreign key constraint \"" + relation->constraint +
                      "\" on table \"" + write.schema.models[relation->model[0]].db_name + "\"";
      return error;
    }
    default:
      return error;
  }
}

}  // namespace trivet::store::mysql
