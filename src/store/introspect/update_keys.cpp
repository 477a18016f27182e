#include <algorithm>

#include "store/introspect/update.h"
#include "store/sql/ddl.h"

namespace trivet::store::introspect {

namespace {

using schema::Key;
using schema::Model;
using schema::tree::Attribute;
using schema::tree::Declaration;

class Keys {
 public:
  Keys(const Update& update, int table)
      : u_(update),
        table_(table),
        live_(update.draft.live.tables[table]),
        model_(*update.draft.matches.model(table)),
        declaration_(update.edits.find(model_.where)) {}

  void run() {
    if (live_.is_view || declaration_ == nullptr) return;
    if (primary_columns() != live_.primary_key) change_primary_key();
    std::vector<bool> found(live_.indexes.size());
    for (const Key& key : model_.uniques) look_for(key, true, found);
    for (const Key& key : model_.indexes)
      if (!key.fulltext) look_for(key, false, found);
    for (size_t i = 0; i < live_.indexes.size(); ++i)
      if (!found[i]) add(live_.indexes[i]);
  }

 private:
  void note(std::string text) { u_.change_of(model_.name).details.push_back(std::move(text)); }

  [[nodiscard]] std::vector<std::string> primary_columns() const {
    std::vector<std::string> columns;
    if (model_.primary_key)
      for (const schema::KeyColumn& column : model_.primary_key->columns)
        columns.push_back(model_.fields[column.field].db_name);
    return columns;
  }

  // The field's node, if its column is still there.
  [[nodiscard]] const schema::tree::Field* kept(const std::string& name) const {
    const schema::Field* field = model_.find_field(name);
    if (field == nullptr || live_.find_column(field->db_name) < 0) return nullptr;
    return Edits::find_field(*declaration_, name);
  }

  void change_primary_key() {
    for (const schema::tree::Field& field : declaration_->fields)
      if (const Attribute* id = Edits::find_attribute(field.attributes, "id");
          id != nullptr && kept(std::string(field.name.text)) != nullptr)
        u_.edits.remove_attribute(id->where);
    if (const Attribute* id = Edits::find_attribute(declaration_->attributes, "id"))
      u_.edits.remove_member(id->where);
    if (live_.primary_key.size() > 1) {
      u_.edits.add_block_attribute(*declaration_, key_line(u_.draft, table_));
      note("~ " + key_line(u_.draft, table_));
    } else if (live_.primary_key.size() == 1) {
      const int column = live_.find_column(live_.primary_key.front());
      const std::string& name = u_.draft.names.fields[table_][column];
      if (const auto* field = kept(name)) u_.edits.add_attribute(*field, id_text(u_.draft, table_));
      note("~ " + name + " @id");
    } else {
      note("- the primary key");
    }
  }

  [[nodiscard]] bool same(const Key& key, bool unique, const LiveIndex& index) const {
    return index.unique == unique && (index.name.empty() || index.name == key.db_name) &&
           sql::same_default(index.where_sql, key.where_sql) &&
           std::ranges::equal(key.columns, index.columns,
                              [&](const schema::KeyColumn& own, const LiveIndexColumn& live) {
                                return model_.fields[own.field].db_name == live.name &&
                                       own.descending == live.descending;
                              });
  }

  void look_for(const Key& key, bool unique, std::vector<bool>& found) {
    for (size_t i = 0; i < live_.indexes.size(); ++i)
      if (!found[i] && same(key, unique, live_.indexes[i])) {
        found[i] = true;
        return;
      }
    remove(key);
  }

  void remove(const Key& key) {
    if (key.on_field) {
      const std::string& name = model_.fields[key.columns.front().field].name;
      const auto* field = kept(name);
      const Attribute* unique =
          field == nullptr ? nullptr : Edits::find_attribute(field->attributes, "unique");
      if (unique == nullptr) return;
      u_.edits.remove_attribute(unique->where);
      note("~ " + name + " without @unique");
      return;
    }
    for (const Attribute& attribute : declaration_->attributes)
      if (attribute.where.begin == key.where.begin && attribute.where.file == key.where.file) {
        note("- " + std::string(u_.edits.text(attribute.where)));
        u_.edits.remove_member(attribute.where);
      }
  }

  void add(const LiveIndex& index) {
    const std::string unique = unique_text(u_.draft, table_, index);
    const int column = live_.find_column(index.columns.front().name);
    // A new field's line says it already.
    if (!unique.empty() && u_.draft.matches.field(table_, column) == nullptr) return;
    const auto* field = kept(u_.draft.names.fields[table_][column]);
    if (!unique.empty() && field != nullptr &&
        Edits::find_attribute(field->attributes, "unique") == nullptr) {
      u_.edits.add_attribute(*field, unique);
      note("~ " + std::string(field->name.text) + " " + unique);
      return;
    }
    const std::string line = index_line(u_.draft, table_, index);
    u_.edits.add_block_attribute(*declaration_, line);
    note("+ " + line);
  }

  const Update& u_;
  int table_;
  const LiveTable& live_;
  const Model& model_;
  const Declaration* declaration_;
};

}  // namespace

void update_keys(const Update& update, int table) { Keys(update, table).run(); }

}  // namespace trivet::store::introspect
