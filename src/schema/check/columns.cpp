#include <set>

#include "schema/check/passes.h"
#include "schema/check/values.h"

namespace trivet::schema {
namespace {

// One field and all that its checks need.
struct Column {
  Context& c;
  const Shape& shape;
  FieldSource& source;
  Field& field;
};

bool forbids(Column& x, const AttributeUse& use, bool forbidden, std::string message, std::string hint = {}) {
  if (forbidden) x.c.error(DiagnosticKind::place, use.node->where, std::move(message), std::move(hint));
  return forbidden;
}

void apply_map(Column& x, const AttributeUse& use) {
  if (forbids(x, use, x.field.kind == FieldKind::relation, "a relation field has no column to rename",
              "put @map on the field that holds the foreign key")) {
    return;
  }
  std::string name;
  if (!read_string(use.argument("name"), name)) return;
  if (name.find('\0') != std::string::npos) {
    x.c.error(DiagnosticKind::arg, use.argument("name")->where, "a name can't contain a NUL character");
  }
  if (name.empty()) x.c.error(DiagnosticKind::arg, use.argument("name")->where, "a column needs a name");
  else x.field.db_name = name;
}

void apply_updated_at(Column& x, const AttributeUse& use) {
  if (x.source.unresolved) return;
  if (x.field.kind == FieldKind::relation || x.field.type != ScalarType::datetime) {
    x.c.error(DiagnosticKind::type, use.node->where, "`@updatedAt` is for DateTime fields");
  } else if (x.field.is_list) {
    x.c.error(DiagnosticKind::type, use.node->where, "`@updatedAt` can't be used on a list");
  }
  x.field.updated_at = true;
  const auto* ignored = use.argument("ignore");
  if (!ignored) return;
  if (x.c.prisma(use.file)) {
    x.c.error(DiagnosticKind::arg, ignored->where, "`@updatedAt` has no argument `ignore` in .prisma files");
    return;
  }
  for (const auto& element : ignored->arguments) {
    const int index = element.value.kind == tree::NodeKind::name ? x.shape.find_field(element.value.text) : -1;
    if (index < 0) {
      x.c.error(DiagnosticKind::unknown, element.value.where, "there is no field " + quoted(element.value.text),
                did_you_mean(element.value.text, field_names(x.shape)));
    } else {
      x.field.updated_at_ignore.push_back(index);
    }
  }
}

void apply_full_text(Column& x, const AttributeUse& use) {
  if (x.c.is(Provider::postgresql)) return;
  x.c.error(DiagnosticKind::provider, use.node->where, "`@" + std::string(use.node->name.text) + "` needs PostgreSQL");
}

void apply_meta(Column& x, const AttributeUse& use) { (void)x; (void)use; }

void apply(Column& x, const AttributeUse& use) {
  switch (use.id()) {
    case AttributeId::map: apply_map(x, use); break;
    case AttributeId::updated_at: apply_updated_at(x, use); break;
    case AttributeId::omit: x.field.omitted = true; break;
    case AttributeId::computed: x.field.computed = true; break;
    case AttributeId::fuzzy:
    case AttributeId::full_text: apply_full_text(x, use); break;
    case AttributeId::meta: apply_meta(x, use); break;
    case AttributeId::ignore:
      x.field.ignored = true;
      if (x.shape.find(AttributeId::block_ignore)) {
        x.c.error(DiagnosticKind::place, use.node->where, "the whole model is ignored already", "remove this `@ignore`");
      }
      break;
    default: break;
  }
}

void check_typed_json(Column& x) {
  if (x.source.unresolved || x.field.type != ScalarType::composite || x.field.kind == FieldKind::relation) return;
  const bool embedded = x.c.is(Provider::mongodb) && x.c.prisma(x.source.file);
  if (embedded || x.shape.kind == ShapeKind::type) return;
  if (x.source.find(AttributeId::json)) return;
  const auto where = x.source.node->type.where;
  if (x.c.prisma(x.source.file)) {
    x.c.error(DiagnosticKind::provider, where, "composite types need MongoDB", "use a relation or a Json field");
  } else {
    x.c.error(DiagnosticKind::arg, where, "a field of a `type` is stored as Json and says so",
              "write `" + x.field.name + " " + std::string(x.source.node->type.name.text) + " @json`");
  }
}

void check_field(Column& x) {
  x.field.db_name = x.field.kind == FieldKind::relation ? "" : x.field.name;
  for (const auto& use : x.source.attributes) apply(x, use);
  if (x.field.computed) x.field.db_name.clear();
  if (!x.source.node->parameters.empty() && !x.field.computed) {
    x.c.error(DiagnosticKind::place, x.source.node->name.where, "only a `@computed` field has parameters");
  }
  check_typed_json(x);
}

void check_blocks(Context& c, const Shape& shape) {
  if (shape.kind == ShapeKind::type) {
    auto& type = c.schema.types[static_cast<size_t>(shape.index)];
    type.strict = shape.find(AttributeId::block_strict) != nullptr;
    return;
  }
  auto& model = c.schema.models[static_cast<size_t>(shape.index)];
  model.db_name = model.name;
  model.db_schema = c.schema.datasource.default_schema;
  if (!shape.find(AttributeId::block_schema)) check_has_schema(c, {"model", model.name, model.where}, shape.file);
  for (const auto& use : shape.attributes) {
    if (use.id() == AttributeId::block_map && !use.inherited) {
      std::string name;
      if (read_string(use.argument("name"), name) && name.empty()) {
        c.error(DiagnosticKind::arg, use.argument("name")->where, "a table needs a name");
      } else if (!name.empty()) {
        model.db_name = name;
      }
    }
    if (use.id() == AttributeId::block_ignore) model.ignored = true;
    if (use.id() == AttributeId::block_schema) {
      check_schema_name(c, use);
      read_string(use.argument("map"), model.db_schema);
    }
  }
}

// A `type` used as the shape of a Json field holds values only.
void check_type_fields(Context& c, const Shape& shape) {
  const bool mongo = c.is(Provider::mongodb) && c.prisma(shape.file);
  if (c.prisma(shape.file) && !mongo) {
    c.error(DiagnosticKind::provider, shape.node->name.where,
            "composite types are not supported on " + std::string(c.provider().title), "they need MongoDB");
    return;
  }
  if (shape.fields.empty() && c.prisma(shape.file)) {
    c.error(DiagnosticKind::syntax, shape.node->name.where, "a type needs at least one field");
  }
  if (mongo) {
    for (const auto& use : shape.attributes) {
      c.error(DiagnosticKind::place, use.node->where, "a composite type has no block attributes", "put it on the model that embeds it");
    }
  }
  if (!shape.used_as_type && !mongo) return;
  for (size_t i = 0; i < shape.fields.size(); ++i) {
    const auto& field = c.field(shape, static_cast<int>(i));
    if (field.kind != FieldKind::relation) continue;
    c.error(DiagnosticKind::relation, shape.fields[i].node->type.where,
            quoted(shape.name()) + " is stored as Json, so it can't hold a relation");
  }
}

void check_duplicate_columns(Context& c, const Shape& shape) {
  std::unordered_map<std::string_view, int> seen;
  for (size_t i = 0; i < shape.fields.size(); ++i) {
    const auto& field = c.field(shape, static_cast<int>(i));
    if (field.db_name.empty()) continue;
    if (seen.try_emplace(field.db_name, static_cast<int>(i)).second) continue;
    c.error(DiagnosticKind::duplicate, shape.fields[i].node->name.where,
            "the column " + quoted(field.db_name) + " is already in " + quoted(shape.name()));
  }
}

// A required composite that contains itself could never be filled.
class CompositeCycles {
 public:
  explicit CompositeCycles(Context& context) : c_(context), state_(context.types.size(), 0) {}

  void run() {
    for (size_t i = 0; i < state_.size(); ++i) visit(i, 0);
  }

 private:
  void visit(size_t type, size_t depth) {
    if (state_[type] != 0 || depth > depth_max) return;
    state_[type] = 1;
    const auto& shape = c_.types[type];
    for (size_t i = 0; i < shape.fields.size(); ++i) {
      const auto& field = c_.field(shape, static_cast<int>(i));
      if (field.type != ScalarType::composite || field.optional || field.is_list || field.type_index < 0) continue;
      const auto next = static_cast<size_t>(field.type_index);
      if (state_[next] == 1) {
        c_.error(DiagnosticKind::cycle, shape.fields[i].node->type.where,
                 "a value of " + quoted(shape.name()) + " would contain itself without end", "make the field optional with `?`");
      } else {
        visit(next, depth + 1);
      }
    }
    state_[type] = 2;
  }

  static constexpr size_t depth_max = 1000;
  Context& c_;
  std::vector<char> state_;
};

}  // namespace

void check_columns(Context& c) {
  for (auto* shapes : {&c.types, &c.models}) {
    for (auto& shape : *shapes) {
      check_blocks(c, shape);
      for (size_t i = 0; i < shape.fields.size(); ++i) {
        Column column{c, shape, shape.fields[i], c.field(shape, static_cast<int>(i))};
        check_field(column);
      }
      if (shape.kind == ShapeKind::type) check_type_fields(c, shape);
      else check_duplicate_columns(c, shape);
    }
  }
  CompositeCycles(c).run();
}

}  // namespace trivet::schema
