#include "store/sqlite/write/violation.h"

#include <sqlite3.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "store/sql/render.h"
#include "store/sql/renderer.h"
#include "store/sqlite/errors.h"
#include "store/sqlite/prepared.h"
#include "store/store.h"
#include "value/format_options.h"
#include "value/text_format.h"

namespace trivet::store::sqlite {

namespace {

std::string join(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += ", ";
    text += part;
  }
  return text;
}

// "UNIQUE constraint failed: t.a, t.b" → t's model and columns a, b.
struct FailedColumns {
  const schema::Model* model = nullptr;
  std::vector<int> fields;
};

FailedColumns failed_columns(const schema::Schema& schema, std::string_view message) {
  const size_t colon = message.find(": ");
  if (colon == message.npos) return {};
  const std::string_view list = message.substr(colon + 2);
  for (const schema::Model& model : schema.models) {
    const std::string prefix = model.db_name + ".";
    FailedColumns found{&model, {}};
    std::string_view rest = list;
    while (rest.starts_with(prefix)) {
      rest.remove_prefix(prefix.size());
      const size_t end = rest.find(", " + prefix);
      const auto field = model.field_by_db_name.find(std::string(rest.substr(0, end)));
      if (field == model.field_by_db_name.end()) break;
      found.fields.push_back(field->second);
      if (end == rest.npos) return found;
      rest.remove_prefix(end + 2);
    }
  }
  return {};
}

const schema::Key* key_of(const schema::Model& model, const std::vector<int>& fields) {
  const auto matches = [&](const schema::Key& key) {
    return key.columns.size() == fields.size() &&
           std::ranges::all_of(key.columns, [&](const auto& column) {
             return std::ranges::find(fields, column.field) != fields.end();
           });
  };
  if (model.primary_key && matches(*model.primary_key)) return &*model.primary_key;
  const auto found = std::ranges::find_if(model.uniques, matches);
  return found == model.uniques.end() ? nullptr : &*found;
}

// Values of `fields` in the row that failed: from the new row, or by asking which row an update
// makes a duplicate.
std::optional<std::string> failing_values(Connection& connection, const FailedWrite& write,
                                          const schema::Model& model,
                                          const std::vector<int>& fields) {
  std::vector<std::string> texts;
  for (const int field : fields) {
    const auto at = std::ranges::find(write.step.fields, field);
    if (at == write.step.fields.end()) return std::nullopt;
    const size_t position = static_cast<size_t>(at - write.step.fields.begin());
    Value value;
    if (write.step.kind != StepKind::update && position < write.cells.size())
      value = write.cells[position];
    else if (write.step.kind == StepKind::update && write.step.values[position].op == Op::param)
      value = write.params[write.step.values[position].param];
    else
      return std::nullopt;
    std::string text;
    append_text_value(text, value, field_type(model.fields[field]), FormatOptions{});
    texts.push_back(std::move(text));
  }
  (void)connection;
  return join(texts);
}

Error unique_violation(Connection& connection, const FailedWrite& write, Error error,
                       std::string_view message) {
  const FailedColumns failed = failed_columns(write.schema, message);
  if (failed.model == nullptr) return error;
  const schema::Key* key = key_of(*failed.model, failed.fields);
  std::vector<int> fields = failed.fields;
  if (key != nullptr) {
    fields.clear();
    for (const schema::KeyColumn& column : key->columns) fields.push_back(column.field);
  }
  std::vector<std::string> columns;
  for (const int field : fields) columns.push_back(failed.model->fields[field].db_name);
  error.message =
      "duplicate key value violates unique constraint \"" +
      (key != nullptr ? key->db_name : failed.model->db_name + "_" + join(columns) + "_key") + "\"";
  if (const auto values = failing_values(connection, write, *failed.model, fields))
    error.details = "Key (" + join(columns) + ")=(" + *values + ") already exists.";
  return error;
}

Error not_null_violation(const FailedWrite& write, Error error, std::string_view message) {
  const FailedColumns failed = failed_columns(write.schema, message);
  if (failed.model == nullptr || failed.fields.empty()) return error;
  error.message = "null value in column \"" + failed.model->fields[failed.fields.front()].db_name +
                  "\" of relation \"" + failed.model->db_name + "\" violates not-null constraint";
  return error;
}

// All that SQLite says of a null in an INTEGER PRIMARY KEY is "datatype mismatch". Values are typed
// long before, so nothing else can be it.
Error null_key_violation(const FailedWrite& write, Error error) {
  if (write.step.model < 0) return error;
  const schema::Model& model = write.schema.models[write.step.model];
  if (!model.primary_key || model.primary_key->columns.size() != 1) return error;
  const schema::Field& key = model.fields[model.primary_key->columns.front().field];
  error.code = ErrorCode::not_null_violation;
  error.message = "null value in column \"" + key.db_name + "\" of relation \"" + model.db_name +
                  "\" violates not-null constraint";
  return error;
}

Error check_violation(const FailedWrite& write, Error error, std::string_view message) {
  const size_t colon = message.find(": ");
  if (colon == message.npos || write.step.model < 0) return error;
  error.message = "new row for relation \"" + write.schema.models[write.step.model].db_name +
                  "\" violates check constraint \"" + std::string(message.substr(colon + 2)) + "\"";
  return error;
}

}  // namespace

Error explain_failure(Connection& connection, const FailedWrite& write) {
  Error error = connection.failure();
  const int code = sqlite3_extended_errcode(connection.db());
  if (code == SQLITE_MISMATCH) return null_key_violation(write, std::move(error));
  if (!is_constraint_violation(code)) return error;
  const std::string message = sqlite3_errmsg(connection.db());  // later calls change it
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return unique_violation(connection, write, std::move(error), message);
    case SQLITE_CONSTRAINT_NOTNULL:
      return not_null_violation(write, std::move(error), message);
    case SQLITE_CONSTRAINT_CHECK:
      return check_violation(write, std::move(error), message);
    case SQLITE_CONSTRAINT_FOREIGNKEY:
    case SQLITE_CONSTRAINT_TRIGGER:
      break;
    default:
      return error;
  }
  const std::string log_text = error.log_text;
  auto explained = find_missing_parent(connection, write);
  if (!explained) explained = find_remaining_child(connection, write);
  if (!explained) return error;
  explained->log_text = log_text;
  return *std::move(explained);
}

}  // namespace trivet::store::sqlite
