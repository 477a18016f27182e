#include <algorithm>
#include <map>

#include "schema/check/passes.h"
#include "schema/check/relation_end.h"
#include "schema/check/values.h"

namespace trivet::schema {
namespace {

using tree::NodeKind;

// Relation fields that may be one relation: of the same two models and the same @relation name.
struct Group {
  std::vector<RelationEnd> ends;
};
using GroupKey = std::tuple<int, int, std::string>;

std::string explicit_name(Context& c, const AttributeUse* use, bool& named) {
  std::string name;
  named = use && read_string(use->argument("name"), name);
  if (named && name.empty()) {
    c.error(DiagnosticKind::relation, use->node->where, "a relation can't have an empty name", "remove the name, or write one");
  }
  return name;
}

bool read_action(Context& c, const RelationEnd& end, std::string_view argument, std::optional<ReferentialAction>& out) {
  const auto* node = end.use ? end.use->argument(argument) : nullptr;
  if (!node || node->kind != NodeKind::name) return true;
  static constexpr std::pair<std::string_view, ReferentialAction> actions[] = {
      {"Cascade", ReferentialAction::cascade}, {"Restrict", ReferentialAction::restrict},
      {"NoAction", ReferentialAction::no_action}, {"SetNull", ReferentialAction::set_null},
      {"SetDefault", ReferentialAction::set_default}};
  for (const auto& [name, action] : actions) {
    if (name == node->text) return out = action, true;
  }
  c.error(DiagnosticKind::unknown, node->where, "there is no referential action " + quoted(node->text),
          "Cascade, Restrict, NoAction, SetNull or SetDefault");
  return false;
}

void check_on_scalars(Context& c, const Shape& shape) {
  for (size_t i = 0; i < shape.fields.size(); ++i) {
    const auto* use = shape.fields[i].find(AttributeId::relation);
    if (!use || shape.fields[i].unresolved || c.field(shape, static_cast<int>(i)).kind == FieldKind::relation) continue;
    c.error(DiagnosticKind::place, use->node->where, "`@relation` is for fields whose type is a model");
  }
}

std::map<GroupKey, Group> collect_groups(Context& c) {
  std::map<GroupKey, Group> groups;
  for (auto& shape : c.models) {
    check_on_scalars(c, shape);
    for (size_t i = 0; i < shape.fields.size(); ++i) {
      const auto& source = shape.fields[i];
      const int index = static_cast<int>(i);
      if (source.target < 0 || source.from_base) continue;
      RelationEnd end{&shape, index, source.find(AttributeId::relation), &c.field(shape, index)};
      bool named = false;
      auto name = explicit_name(c, end.use, named);
      end.actions_fine = read_action(c, end, "onDelete", end.on_delete);
      end.actions_fine = read_action(c, end, "onUpdate", end.on_update) && end.actions_fine;
      const auto low = std::min(shape.index, source.target), high = std::max(shape.index, source.target);
      groups[{low, high, name}].ends.push_back(std::move(end));
    }
  }
  return groups;
}

void report_missing(Context& c, const RelationEnd& end) {
  const auto& target = c.models[static_cast<size_t>(end.source().target)];
  const bool reported = std::any_of(target.fields.begin(), target.fields.end(), [&](const FieldSource& f) {
    return f.unresolved && f.node->type.name.text == end.shape->name();
  });
  if (reported) return;
  c.error(DiagnosticKind::relation, end.where(),
          "the relation " + quoted(end.field->name) + " has no field on the other side, in " + quoted(target.name()),
          end.field->is_list ? "add to " + std::string(target.name()) + " a field of type " + std::string(end.shape->name())
                             : "add to " + std::string(target.name()) + ": " + lower_first(end.shape->name()) + "s " +
                                   std::string(end.shape->name()) + "[]");
}

bool inherited_match(Context& c, const RelationEnd& end) {
  const auto& target = c.models[static_cast<size_t>(end.source().target)];
  return target.base >= 0 || std::any_of(target.fields.begin(), target.fields.end(), [&](const FieldSource& f) {
           return f.from_base && f.target == end.shape->index;
         });
}

void report_ambiguous(Context& c, const std::vector<RelationEnd>& ends, bool self) {
  for (const auto& end : ends) {
    const bool named = end.use && end.use->argument("name");
    c.error(DiagnosticKind::relation, end.where(),
            named ? "more than two fields have this relation name"
                  : "it is unclear which field of " + quoted(c.models[static_cast<size_t>(end.source().target)].name()) +
                        " is the other side of " + quoted(end.field->name),
            self ? "give both sides the same name: @relation(\"name\")"
                 : "give each relation its own name, on both sides: @relation(\"name\")");
  }
}

void resolve_self(Context& c, Group& group, const std::string& name) {
  if (group.ends.size() == 1) return report_missing(c, group.ends[0]);
  if (group.ends.size() > 2 || name.empty()) return report_ambiguous(c, group.ends, true);
  connect_ends(c, group.ends[0], group.ends[1], name);
}

void resolve_group(Context& c, const GroupKey& key, Group& group) {
  const auto& [low, high, name] = key;
  if (low == high) return resolve_self(c, group, name);
  std::vector<RelationEnd> sides[2];
  for (auto& end : group.ends) sides[end.shape->index == low ? 0 : 1].push_back(end);
  if (sides[0].size() > 1 || sides[1].size() > 1) {
    for (const auto& side : sides) {
      if (side.size() > 1) report_ambiguous(c, side, false);
    }
    return;
  }
  if (sides[0].empty() || sides[1].empty()) {
    const auto& end = sides[0].empty() ? sides[1][0] : sides[0][0];
    if (!inherited_match(c, end)) report_missing(c, end);
    return;
  }
  connect_ends(c, sides[0][0], sides[1][0], name);
}

void check_ignored(Context& c, const Shape& shape, const Model& model) {
  for (size_t i = 0; i < shape.fields.size(); ++i) {
    const auto& source = shape.fields[i];
    if (source.target < 0 || model.ignored || model.fields[i].ignored) continue;
    const auto& target = c.schema.models[static_cast<size_t>(source.target)];
    if (!target.ignored) continue;
    c.error(DiagnosticKind::place, source.node->name.where,
            quoted(model.fields[i].name) + " leads to the ignored model " + quoted(target.name), "add @ignore to it");
  }
}

}  // namespace

std::string lower_first(std::string_view name) {
  std::string out(name);
  if (!out.empty() && out[0] >= 'A' && out[0] <= 'Z') out[0] = static_cast<char>(out[0] + 32);
  return out;
}

SourceRange RelationEnd::where() const { return source().node->name.where; }

void check_relations(Context& c) {
  auto groups = collect_groups(c);
  for (auto& [key, group] : groups) resolve_group(c, key, group);
  for (const auto& shape : c.models) check_ignored(c, shape, c.schema.models[static_cast<size_t>(shape.index)]);
}

}  // namespace trivet::schema
