#include <algorithm>

#include "schema/check/field_list.h"
#include "schema/check/names.h"
#include "schema/check/passes.h"
#include "schema/check/relation_end.h"
#include "schema/check/values.h"

namespace trivet::schema {
namespace {

class Pair {
 public:
  Pair(Context& context, RelationEnd& a, RelationEnd& b) : c_(context), a_(a), b_(b) {}

  void run(const std::string& name) {
    relation_.name = name.empty() ? default_name() : name;
    if (a_.field->is_list && b_.field->is_list) return many_to_many();
    relation_.kind = a_.field->is_list || b_.field->is_list ? RelationKind::one_to_many : RelationKind::one_to_one;
    RelationEnd* owner = nullptr;
    if (!find_owner(owner)) return;
    RelationEnd& other = owner == &a_ ? b_ : a_;
    if (check_owner(*owner, other)) add(*owner, other);
  }

 private:
  bool error(SourceRange where, std::string message, std::string hint = {}, DiagnosticKind kind = DiagnosticKind::relation) {
    c_.error(kind, where, std::move(message), std::move(hint));
    return false;
  }
  Model& model(const RelationEnd& end) { return c_.schema.models[static_cast<size_t>(end.shape->index)]; }

  std::string default_name() const {
    auto x = std::string(a_.shape->name()), y = std::string(b_.shape->name());
    if (y < x) std::swap(x, y);
    return x + "To" + y;
  }

  bool has_lists(const RelationEnd& end) const { return end.argument("fields") || end.argument("references"); }

  bool find_owner(RelationEnd*& owner) {
    if (relation_.kind == RelationKind::one_to_many) {
      owner = a_.field->is_list ? &b_ : &a_;
      RelationEnd& list = owner == &a_ ? b_ : a_;
      if (has_lists(list)) {
        return error(list.where(), "the list side of a relation has no `fields` and `references`",
                     "write them on " + quoted(owner->field->name) + " in " + quoted(owner->shape->name()));
      }
    } else {
      const bool a = has_lists(a_), b = has_lists(b_);
      if (a && b) {
        error(b_.where(), "both sides of the relation have `fields` or `references`", "keep them on one side");
        return error(a_.where(), "both sides of the relation have `fields` or `references`", "keep them on one side");
      }
      owner = b ? &b_ : &a_;
      if (!a && !b) {
        return error(a_.where(), "neither side of the relation holds the foreign key",
                     "add to one side: @relation(fields: […], references: […])");
      }
    }
    if (owner->argument("fields") && owner->argument("references")) return true;
    return error(owner->where(), "the relation " + quoted(owner->field->name) + " needs both `fields` and `references`",
                 "write @relation(fields: [" + owner->field->name + "Id], references: [id])");
  }

  bool read_columns(const RelationEnd& owner, const RelationEnd& other) {
    std::vector<KeyColumn> from, to;
    const auto kind = DiagnosticKind::relation;
    bool fine = read_field_list(c_, *owner.shape, {*owner.use, owner.argument("fields"), kind, false}, from);
    fine = read_field_list(c_, *other.shape, {*owner.use, owner.argument("references"), kind, false}, to) && fine;
    for (const auto& column : from) fine = scalar(owner, *owner.shape, column.field) && fine;
    for (const auto& column : to) fine = scalar(owner, *other.shape, column.field) && fine;
    if (!fine) return false;
    if (from.size() != to.size()) return error(owner.use->node->where, "`fields` and `references` have different lengths");
    for (const auto& column : from) relation_.from_fields.push_back(column.field);
    for (const auto& column : to) relation_.to_fields.push_back(column.field);
    return true;
  }

  bool scalar(const RelationEnd& owner, const Shape& shape, int index) {
    const auto& field = c_.field(shape, index);
    const auto& source = shape.fields[static_cast<size_t>(index)];
    if (source.unresolved) return false;
    if (field.kind == FieldKind::scalar && !field.computed && field.type != ScalarType::composite) return true;
    return error(owner.use->node->where, quoted(field.name) + " is not a column", "a foreign key is made of scalar fields");
  }

  bool check_types(const RelationEnd& owner, const RelationEnd& other) {
    for (size_t i = 0; i < relation_.from_fields.size(); ++i) {
      const auto& from = c_.field(*owner.shape, relation_.from_fields[i]);
      const auto& to = c_.field(*other.shape, relation_.to_fields[i]);
      if (from.type == to.type && from.enum_index == to.enum_index && from.is_list == to.is_list) continue;
      return error(owner.use->node->where, quoted(from.name) + " and " + quoted(to.name) + " have different types",
                   "a foreign key has the type of the field that it references");
    }
    return true;
  }

  static bool same_set(const Key& key, const std::vector<int>& fields) {
    if (key.columns.size() != fields.size() || !key.where_sql.empty()) return false;
    return std::all_of(key.columns.begin(), key.columns.end(), [&](const KeyColumn& column) {
      return std::find(fields.begin(), fields.end(), column.field) != fields.end();
    });
  }

  static bool is_key(const Model& m, const std::vector<int>& fields) {
    if (m.primary_key && same_set(*m.primary_key, fields)) return true;
    return std::any_of(m.uniques.begin(), m.uniques.end(), [&](const Key& key) { return same_set(key, fields); });
  }

  bool check_keys(const RelationEnd& owner, const RelationEnd& other) {
    const auto& target = model(other);
    if (!is_key(target, relation_.to_fields)) {
      return error(owner.use->node->where, "`references` is not a key of " + quoted(target.name),
                   "reference its id, or add @unique or @@unique there");
    }
    if (relation_.kind != RelationKind::one_to_one) return true;
    if (!is_key(model(owner), relation_.from_fields)) {
      return error(owner.where(), "a one-to-one relation needs a unique foreign key",
                   relation_.from_fields.size() == 1
                       ? "add @unique to " + quoted(c_.field(*owner.shape, relation_.from_fields[0]).name)
                       : "add @@unique over its fields");
    }
    if (other.field->optional) return true;
    return error(other.where(), "the side of a one-to-one relation without the foreign key is optional",
                 "write `" + other.field->name + " " + std::string(owner.shape->name()) + "?`");
  }

  bool check_optional(const RelationEnd& owner) {
    if (owner.field->optional) return true;
    for (const int index : relation_.from_fields) {
      const auto& field = c_.field(*owner.shape, index);
      if (!field.optional) continue;
      return error(owner.where(), quoted(owner.field->name) + " is required but " + quoted(field.name) + " is optional",
                   "make both optional or both required");
    }
    return true;
  }

  bool check_other(const RelationEnd& other) {
    if (!other.has_actions()) return true;
    return error(other.where(), "`onDelete` and `onUpdate` stand on the side with the foreign key");
  }

  bool check_owner(RelationEnd& owner, RelationEnd& other) {
    if (!read_columns(owner, other) || !check_types(owner, other)) return false;
    if (owner.shape->has_broken_key || other.shape->has_broken_key) return false;
    bool fine = check_keys(owner, other);
    fine = check_optional(owner) && fine;
    fine = check_other(other) && fine;
    return fine && owner.actions_fine && check_actions(owner);
  }

  bool check_action(const RelationEnd& owner, ReferentialAction action, std::string_view argument) {
    const auto where = owner.argument(argument) ? owner.argument(argument)->where : owner.where();
    const auto& source = c_.schema.datasource;
    const bool emulated = source.relation_mode_prisma;
    const bool sqlserver = c_.is(Provider::sqlserver);
    const bool no_noaction = emulated && !c_.is(Provider::mysql) && !c_.is(Provider::mongodb) && !sqlserver;
    if ((no_noaction && action == ReferentialAction::no_action) || (emulated && action == ReferentialAction::set_default) ||
        (sqlserver && action == ReferentialAction::restrict)) {
      return error(where, "this referential action is not available here",
                   emulated ? "with relationMode \"prisma\" use Cascade, Restrict or SetNull"
                            : "use NoAction",
                   DiagnosticKind::provider);
    }
    if (c_.is(Provider::mysql) && action == ReferentialAction::set_default) {
      c_.warn(where, "MySQL does not support SetDefault", "its InnoDB engine refuses it");
    }
    if (action != ReferentialAction::set_null) return true;
    for (const int index : relation_.from_fields) {
      if (c_.field(*owner.shape, index).optional) continue;
      return error(where, "SetNull needs optional fields, but " + quoted(c_.field(*owner.shape, index).name) + " is required",
                   "make it optional, or use Cascade or Restrict");
    }
    return true;
  }

  bool check_actions(const RelationEnd& owner) {
    const bool all_optional = std::all_of(relation_.from_fields.begin(), relation_.from_fields.end(),
                                          [&](int index) { return c_.field(*owner.shape, index).optional; });
    const auto strict = c_.is(Provider::sqlserver) ? ReferentialAction::no_action : ReferentialAction::restrict;
    relation_.on_delete = owner.on_delete.value_or(all_optional ? ReferentialAction::set_null : strict);
    relation_.on_update = owner.on_update.value_or(ReferentialAction::cascade);
    relation_.on_delete_written = owner.on_delete.has_value();
    relation_.on_update_written = owner.on_update.has_value();
    bool fine = true;
    if (owner.on_delete) fine = check_action(owner, *owner.on_delete, "onDelete");
    if (owner.on_update) fine = check_action(owner, *owner.on_update, "onUpdate") && fine;
    return fine;
  }

  void take_constraint(const RelationEnd& owner) {
    std::vector<std::string_view> columns;
    for (const int index : relation_.from_fields) columns.push_back(c_.field(*owner.shape, index).db_name);
    const auto* map = owner.argument("map");
    if (read_string(map, relation_.constraint)) {
      if (c_.is(Provider::sqlite) || c_.is(Provider::mongodb)) {
        error(map->where, std::string(c_.provider().title) + " has no named foreign keys here",
              "remove `map`", DiagnosticKind::provider);
      }
      return;
    }
    relation_.constraint = constraint_name(model(owner).db_name, columns, "_fkey", c_.provider().identifier_max);
  }

  void warn_without_index(const RelationEnd& owner) {
    if (!c_.schema.datasource.relation_mode_prisma || c_.is(Provider::mongodb)) return;
    if (leads_a_key(model(owner), relation_.from_fields[0])) return;
    c_.warn(owner.where(), "with relationMode \"prisma\" the foreign key has no index", "add @@index over its fields");
  }

  void add(const RelationEnd& owner, const RelationEnd& other) {
    take_constraint(owner);
    warn_without_index(owner);
    store(owner, other);
  }

  void store(const RelationEnd& zero, const RelationEnd& one) {
    const int index = static_cast<int>(c_.schema.relations.size());
    relation_.model[0] = zero.shape->index;
    relation_.model[1] = one.shape->index;
    relation_.field[0] = zero.index;
    relation_.field[1] = one.index;
    relation_.where = zero.where();
    zero.field->relation = one.field->relation = index;
    zero.field->side = 0;
    one.field->side = 1;
    c_.schema.relations.push_back(std::move(relation_));
  }

  bool plain_list(const RelationEnd& end) {
    if (end.has_actions()) return error(end.where(), "many-to-many relations have no referential actions", "use a model in between");
    if (!has_lists(end)) return true;
    return error(end.where(), "a many-to-many relation has nothing but a name",
                 "remove `fields` and `references`, or use a model in between");
  }

  bool single_id(const RelationEnd& asking, const RelationEnd& end, std::vector<int>& out) {
    if (end.shape->has_broken_key) return false;
    const auto& key = model(end).primary_key;
    if (!key || key->columns.size() != 1) {
      return error(asking.where(), quoted(end.shape->name()) + " needs an id of one field to be part of a many-to-many relation",
                   "use a model in between");
    }
    out.push_back(key->columns[0].field);
    return true;
  }

  void embedded_many_to_many() {
    relation_.kind = RelationKind::many_to_many;
    if (!has_lists(a_) || !has_lists(b_)) {
      error(a_.where(), "on MongoDB a many-to-many relation has `fields` and `references` on both sides");
      return;
    }
    if (!read_columns(a_, b_)) return;
    const int list_a = relation_.from_fields[0], id_b = relation_.to_fields[0];
    relation_.from_fields.clear();
    relation_.to_fields.clear();
    if (!read_columns(b_, a_)) return;
    relation_.list_field[0] = list_a;
    relation_.list_field[1] = relation_.from_fields[0];
    relation_.from_fields = {relation_.to_fields[0]};
    relation_.to_fields = {id_b};
    store(a_, b_);
  }

  void many_to_many() {
    relation_.kind = RelationKind::many_to_many;
    if (c_.is(Provider::mongodb)) return embedded_many_to_many();
    const bool plain_a = plain_list(a_), plain_b = plain_list(b_);
    if (!plain_a || !plain_b) return;
    // A is the bytewise smaller model, or of one model the smaller field.
    const auto rank = [](const RelationEnd& end) { return std::pair(end.shape->name(), std::string_view(end.field->name)); };
    RelationEnd& zero = rank(b_) < rank(a_) ? b_ : a_;
    RelationEnd& one = &zero == &a_ ? b_ : a_;
    bool fine = single_id(one, zero, relation_.from_fields);
    fine = single_id(zero, one, relation_.to_fields) && fine;
    if (!fine) return;
    relation_.constraint = "_" + relation_.name;
    relation_.on_delete = relation_.on_update = ReferentialAction::cascade;
    store(zero, one);
  }

  Context& c_;
  RelationEnd& a_;
  RelationEnd& b_;
  Relation relation_{};
};

}  // namespace

void connect_ends(Context& c, RelationEnd& a, RelationEnd& b, const std::string& name) { Pair(c, a, b).run(name); }

}  // namespace trivet::schema
