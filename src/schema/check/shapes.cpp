#include <algorithm>

#include "schema/check/passes.h"

namespace trivet::schema {
namespace {

using tree::DeclarationKind;

// Puts the fields of mixins and bases before a declaration's own, in order.
class Expander {
 public:
  Expander(Context& context, Shape& shape) : c_(context), shape_(shape) {}

  void run() { add(*shape_.node, shape_.file, Origin::own); }

 private:
  enum class Origin : uint8_t { own, mixin, base };

  void add(const tree::Declaration& d, uint32_t file, Origin origin) {
    path_.push_back(&d);
    if (!d.base.text.empty() && d.kind == DeclarationKind::model) add_base(d, file);
    for (const auto& mixin : d.mixins) add_mixin(mixin, file, origin);
    for (const auto& field : d.fields) add_field(field, file, origin);
    if (origin != Origin::own) inherited_.push_back({&d, file, origin});
    path_.pop_back();
  }

  bool recursive(const tree::Declaration* d, SourceRange where) {
    if (std::find(path_.begin(), path_.end(), d) == path_.end()) return false;
    c_.error(DiagnosticKind::cycle, where, quoted(d->name.text) + " includes itself");
    return true;
  }

  void add_mixin(const tree::Name& name, uint32_t file, Origin origin) {
    const auto* symbol = c_.lookup(name.text, file);
    if (!symbol || symbol->node->kind != DeclarationKind::type) {
      c_.error(DiagnosticKind::unknown, name.where, "there is no type " + quoted(name.text),
               symbol ? "only a `type` can be mixed in with `with`" : "");
      return;
    }
    if (recursive(symbol->node, name.where) || !seen_.insert(symbol->node).second) return;
    add(*symbol->node, symbol->file, origin == Origin::base ? Origin::base : Origin::mixin);
  }

  void add_base(const tree::Declaration& d, uint32_t file) {
    const auto* symbol = c_.lookup(d.base.text, file);
    if (!symbol || symbol->node->kind != DeclarationKind::model) {
      c_.error(DiagnosticKind::unknown, d.base.where, "there is no model " + quoted(d.base.text));
      return;
    }
    if (recursive(symbol->node, d.base.where)) return;
    if (&d == shape_.node) shape_.base = symbol->index;
    add(*symbol->node, symbol->file, Origin::base);
  }

  void add_field(const tree::Field& field, uint32_t file, Origin origin) {
    const auto [place, fresh] = shape_.by_name.try_emplace(field.name.text, static_cast<int>(shape_.fields.size()));
    if (!fresh) {
      const bool own = origin == Origin::own;
      shape_.has_broken_key = true;
      c_.error(DiagnosticKind::duplicate, own ? field.name.where : shape_.node->name.where,
               "the field " + quoted(field.name.text) + " is already in " + quoted(shape_.name()));
      return;
    }
    FieldSource source;
    source.node = &field;
    source.file = file;
    source.from_mixin = origin == Origin::mixin;
    source.from_base = origin == Origin::base;
    shape_.fields.push_back(std::move(source));
  }

 public:
  struct Inherited {
    const tree::Declaration* node;
    uint32_t file;
    Origin origin;
    bool from_base() const { return origin == Origin::base; }
  };
  std::vector<Inherited> inherited_;

 private:
  Context& c_;
  Shape& shape_;
  std::vector<const tree::Declaration*> path_;
  std::unordered_set<const tree::Declaration*> seen_;
};

// Block attributes that a sub-model does not take over from its base (dialects/schema.md, 12.3).
bool stays_with_base(std::string_view name) {
  return name == "map" || name == "unique" || name == "index" || name == "delegate" || name == "delegateMap" ||
         name == "schema" || name == "fulltext" || name == "auth";
}

void add_attributes(Shape& shape, const Expander& expander) {
  for (const auto& from : expander.inherited_) {
    for (const auto& attribute : from.node->attributes) {
      if (from.from_base() && stays_with_base(attribute.name.text)) continue;
      if (attribute.name.text == "auth" || attribute.name.text == "strict") continue;
      AttributeUse use;
      use.node = &attribute;
      use.file = from.file;
      use.inherited = true;
      shape.attributes.push_back(use);
    }
  }
  for (const auto& attribute : shape.node->attributes) {
    AttributeUse use;
    use.node = &attribute;
    use.file = shape.file;
    shape.attributes.push_back(use);
  }
}

void expand(Context& c, Shape& shape) {
  Expander expander(c, shape);
  expander.run();
  add_attributes(shape, expander);
  auto& fields = c.fields_of(shape);
  fields.resize(shape.fields.size());
  for (size_t i = 0; i < fields.size(); ++i) {
    auto& source = shape.fields[i];
    fields[i].name = std::string(source.node->name.text);
    fields[i].doc = source.node->doc;
    fields[i].where = source.node->name.where;
    for (const auto& attribute : source.node->attributes) {
      AttributeUse use;
      use.node = &attribute;
      use.file = source.file;
      use.inherited = source.from_mixin || source.from_base;
      source.attributes.push_back(use);
    }
  }
}

}  // namespace

void expand_shapes(Context& c) {
  for (auto& shape : c.types) expand(c, shape);
  for (auto& shape : c.models) expand(c, shape);
}

}  // namespace trivet::schema
