#include "store/changes/changes.h"

namespace trivet::store {

std::vector<WatchedTable> watched_tables(const schema::Schema& schema) {
  std::vector<WatchedTable> watched;
  for (const schema::Model& model : schema.models) {
    if (model.realtime == 0 || model.ignored || model.is_view) continue;
    WatchedTable& table = watched.emplace_back();
    table.table = model.table();
    table.operations = model.realtime;
    const schema::Key& key = model.primary_key ? *model.primary_key : model.uniques.front();
    for (const schema::KeyColumn& column : key.columns)
      table.key.push_back(model.fields[static_cast<size_t>(column.field)].db_name);
    for (const int index : model.columns) {
      const schema::Field& field = model.fields[static_cast<size_t>(index)];
      if (field.type == schema::ScalarType::bytes || field.type == schema::ScalarType::unsupported)
        continue;
      table.columns.push_back(field.db_name);
    }
  }
  return watched;
}

const std::vector<ChangeKind>& change_kinds() {
  using schema::Operation;
  static const std::vector<ChangeKind> kinds = {{Operation::create, "create", "INSERT"},
                                                {Operation::update, "update", "UPDATE"},
                                                {Operation::delete_, "delete", "DELETE"}};
  return kinds;
}

schema::Operation change_kind(const std::string& name) {
  for (const ChangeKind& kind : change_kinds())
    if (name == kind.name) return kind.operation;
  return schema::Operation::update;
}

}  // namespace trivet::store
