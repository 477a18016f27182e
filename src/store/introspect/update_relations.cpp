#include <algorithm>

#include "store/introspect/update.h"

namespace trivet::store::introspect {

namespace {

using schema::Relation;
using schema::RelationKind;
using schema::tree::Attribute;
using schema::tree::Declaration;

class Relations {
 public:
  explicit Relations(const Update& update) : u_(update) {}

  void run() {
    for (size_t i = 0; i < u_.schema.relations.size(); ++i)
      if (std::ranges::find(u_.draft.relations, static_cast<int>(i), &LiveRelation::previous) ==
          u_.draft.relations.end())
        remove(u_.schema.relations[i]);
    for (const LiveRelation& relation : u_.draft.relations) {
      if (relation.previous < 0) {
        add(relation, relation.from, Side::from);
        add(relation, relation.to, Side::to);
      } else if (relation.key >= 0) {
        update_reference(relation, u_.schema.relations[relation.previous]);
      }
    }
  }

 private:
  [[nodiscard]] bool is_kept(int model) const {
    return std::ranges::find(u_.draft.matches.models, model) != u_.draft.matches.models.end();
  }

  [[nodiscard]] const schema::tree::Field* node(const Relation& relation, int side) const {
    if (relation.field[side] < 0) return nullptr;
    const schema::Model& model = u_.schema.models[relation.model[side]];
    const Declaration* declaration = u_.edits.find(model.where);
    return declaration == nullptr
               ? nullptr
               : Edits::find_field(*declaration, model.fields[relation.field[side]].name);
  }

  // A relation without foreign key is nothing that the database could tell about: one of a view, or
  // any under relationMode = "prisma". It goes only with its model.
  [[nodiscard]] bool is_free(const Relation& relation) const {
    return u_.schema.datasource.relation_mode_prisma ||
           u_.schema.models[relation.model[0]].is_view ||
           u_.schema.models[relation.model[1]].is_view;
  }

  // A second relation over the columns of one that stays.
  [[nodiscard]] bool is_second(const Relation& relation) const {
    return std::ranges::any_of(u_.draft.relations, [&](const LiveRelation& live) {
      if (live.previous < 0 || live.key < 0) return false;
      const Relation& other = u_.schema.relations[live.previous];
      return other.model[0] == relation.model[0] && other.model[1] == relation.model[1] &&
             other.from_fields == relation.from_fields && other.to_fields == relation.to_fields;
    });
  }

  void remove(const Relation& relation) {
    if (relation.kind != RelationKind::many_to_many && is_second(relation)) return;
    if (is_free(relation) && is_kept(relation.model[0]) && is_kept(relation.model[1])) return;
    for (const int side : {0, 1}) {
      const schema::tree::Field* field = node(relation, side);
      if (field == nullptr || !is_kept(relation.model[side])) continue;
      u_.edits.remove_member(field->where);
      u_.change_of(u_.schema.models[relation.model[side]].name)
          .details.push_back("- " + std::string(field->name.text));
    }
  }

  void add(const LiveRelation& relation, int table, Side side) {
    const schema::Model* model = u_.draft.matches.model(table);
    const Declaration* declaration = model == nullptr ? nullptr : u_.edits.find(model->where);
    if (declaration == nullptr) return;
    const std::string line = relation_line(u_.draft, relation, side);
    u_.edits.add_field(*declaration, line);
    u_.change_of(model->name).details.push_back("+ " + line);
  }

  void update_reference(const LiveRelation& live, const Relation& relation) {
    const schema::tree::Field* from = node(relation, 0);
    const schema::tree::Field* to = node(relation, 1);
    if (from != nullptr && live.optional && !from->type.optional)
      retype(relation, 0, *from, std::string(from->type.name.text) + "?");
    if (to != nullptr && !live.one_to_one && relation.kind == RelationKind::one_to_one)
      retype(relation, 1, *to, std::string(to->type.name.text) + "[]");
    if (from != nullptr) update_actions(live, relation, *from);
  }

  void retype(const Relation& relation, int side, const schema::tree::Field& field,
              std::string text) {
    u_.change_of(u_.schema.models[relation.model[side]].name)
        .details.push_back("~ " + std::string(field.name.text) + " " +
                           std::string(u_.edits.text(field.type.where)) + " → " + text);
    u_.edits.replace(field.type.where, std::move(text));
  }

  void update_actions(const LiveRelation& live, const Relation& relation,
                      const schema::tree::Field& field) {
    const LiveForeignKey& key = u_.draft.live.tables[live.from].foreign_keys[live.key];
    const Attribute* attribute = Edits::find_attribute(field.attributes, "relation");
    if (attribute == nullptr ||
        (same_delete(live, relation, key) && relation.on_update == key.on_update))
      return;
    std::string text = "@relation(";
    for (const schema::tree::Argument& argument : attribute->arguments) {
      if (argument.name.text == "onDelete" || argument.name.text == "onUpdate") continue;
      if (!text.ends_with('(')) text += ", ";
      if (!argument.name.text.empty()) text += std::string(argument.name.text) + ": ";
      text += u_.edits.text(argument.value.where);
    }
    for (const std::string& action : action_texts(u_.draft, live)) text += ", " + action;
    text += ")";
    u_.edits.replace(attribute->where, text);
    u_.change_of(u_.schema.models[relation.model[0]].name)
        .details.push_back("~ " + std::string(field.name.text) + " " + text);
  }

  // An action that isn't written follows from the columns, which may have changed.
  [[nodiscard]] bool same_delete(const LiveRelation& live, const Relation& relation,
                                 const LiveForeignKey& key) const {
    if (relation.on_delete_written) return relation.on_delete == key.on_delete;
    const auto texts = action_texts(u_.draft, live);
    return std::ranges::none_of(
        texts, [](const std::string& text) { return text.starts_with("onDelete"); });
  }

  const Update& u_;
};

class Enums {
 public:
  explicit Enums(const Update& update) : u_(update) {}

  void run() {
    // SQLite has no enums: they are the schema's own.
    if (u_.draft.live.provider == schema::Provider::sqlite) return;
    for (size_t i = 0; i < u_.draft.live.enums.size(); ++i) {
      if (u_.draft.matches.enums[i] >= 0) {
        compare(static_cast<int>(i));
        continue;
      }
      u_.edits.append(enum_text(u_.draft, static_cast<int>(i)));
      u_.changes.push_back({ModelChange::Kind::added, u_.draft.names.enums[i], {}});
    }
  }

 private:
  void compare(int at) {
    const schema::Enum& before = u_.schema.enums[u_.draft.matches.enums[at]];
    const LiveEnum& live = u_.draft.live.enums[at];
    const Declaration* declaration = find(before.name);
    if (declaration == nullptr) return;
    for (const schema::EnumValue& value : before.values) {
      if (std::ranges::find(live.values, value.db_name) != live.values.end()) continue;
      if (const auto* field = Edits::find_field(*declaration, value.name))
        u_.edits.remove_member(field->where);
      u_.change_of(before.name).details.push_back("- " + value.name);
    }
    for (size_t i = 0; i < live.values.size(); ++i) {
      if (std::ranges::find(before.values, live.values[i], &schema::EnumValue::db_name) !=
          before.values.end())
        continue;
      const std::string& name = u_.draft.names.enum_values[at][i];
      u_.edits.add_field(*declaration, name == live.values[i]
                                           ? name
                                           : name + " @map(" + quoted(live.values[i]) + ")");
      u_.change_of(before.name).details.push_back("+ " + name);
    }
  }

  [[nodiscard]] const Declaration* find(const std::string& name) const {
    return u_.edits.find_named(name, schema::tree::DeclarationKind::enum_);
  }

  const Update& u_;
};

}  // namespace

void update_relations(const Update& update) { Relations(update).run(); }

void update_enums(const Update& update) { Enums(update).run(); }

}  // namespace trivet::store::introspect
