#include "schema/check/names.h"
#include "schema/check/passes.h"

namespace trivet::schema {
namespace {

using tree::Declaration;
using tree::DeclarationKind;

void check_name(Context& c, const Declaration& d) {
  const auto name = d.name.text;
  if (find_scalar(name)) {
    c.error(DiagnosticKind::place, d.name.where, quoted(name) + " is the name of a scalar type",
            "choose another name; the table can keep it with @@map");
  } else if (is_reserved_name(name)) {
    c.error(DiagnosticKind::place, d.name.where, quoted(name) + " is a reserved name",
            "choose another name; the table can keep it with @@map");
  }
}

void add_shape(Context& c, const Declaration& d, Symbol& symbol, ShapeKind kind) {
  auto& shapes = kind == ShapeKind::type ? c.types : c.models;
  symbol.index = static_cast<int>(shapes.size());
  Shape shape;
  shape.node = &d;
  shape.file = symbol.file;
  shape.kind = kind;
  shape.index = symbol.index;
  shapes.push_back(std::move(shape));
  if (kind == ShapeKind::type) {
    CompositeType type;
    type.name = std::string(d.name.text);
    type.doc = d.doc;
    c.schema.types.push_back(std::move(type));
    return;
  }
  Model model;
  model.name = std::string(d.name.text);
  model.doc = d.doc;
  model.is_view = kind == ShapeKind::view;
  model.where = d.name.where;
  c.schema.models.push_back(std::move(model));
}

void add_enum(Context& c, const Declaration& d, Symbol& symbol) {
  symbol.index = static_cast<int>(c.enums.size());
  c.enums.push_back({&d, symbol.file, {}});
  Enum made;
  made.name = std::string(d.name.text);
  made.doc = d.doc;
  c.schema.enums.push_back(std::move(made));
}

// One namespace for models, types, enums and views; functions, procedures and plugins take part within zmodel files.
bool in_namespace(DeclarationKind kind) {
  return kind != DeclarationKind::datasource && kind != DeclarationKind::generator && kind != DeclarationKind::attribute;
}

void collect(Context& c, const Declaration& d, uint32_t file) {
  if (d.kind == DeclarationKind::attribute || !in_namespace(d.kind)) return;
  Symbol symbol{&d, file, -1};
  const auto [place, fresh] = c.symbols.try_emplace(d.name.text, symbol);
  if (!fresh) {
    c.error(DiagnosticKind::duplicate, d.name.where, quoted(d.name.text) + " is declared twice",
            "the other one is in " + c.files[place->second.file].path);
    return;
  }
  switch (d.kind) {
    case DeclarationKind::model: check_name(c, d); add_shape(c, d, place->second, ShapeKind::model); break;
    case DeclarationKind::view: check_name(c, d); add_shape(c, d, place->second, ShapeKind::view); break;
    case DeclarationKind::type: check_name(c, d); add_shape(c, d, place->second, ShapeKind::type); break;
    case DeclarationKind::enum_: check_name(c, d); add_enum(c, d, place->second); break;
    case DeclarationKind::function: c.functions.emplace(d.name.text, &d); break;
    default: break;
  }
}

std::string normal_path(std::string_view base, std::string_view relative) {
  std::vector<std::string_view> parts;
  const auto push = [&](std::string_view path) {
    while (!path.empty()) {
      const auto slash = path.find('/');
      const auto part = path.substr(0, slash);
      path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
      if (part.empty() || part == ".") continue;
      if (part == ".." && !parts.empty() && parts.back() != "..") parts.pop_back();
      else parts.push_back(part);
    }
  };
  const bool absolute = relative.starts_with('/');
  const bool rooted = absolute || base.starts_with('/');
  if (!absolute) {
    const auto slash = base.rfind('/');
    if (slash != std::string_view::npos) push(base.substr(0, slash));
  }
  push(relative);
  std::string out = rooted ? "/" : "";
  for (size_t i = 0; i < parts.size(); ++i) out += (i ? "/" : "") + std::string(parts[i]);
  return out;
}

}  // namespace

std::string import_target(std::string_view from, std::string_view raw) {
  auto path = decode_string(raw);
  if (!path.ends_with(".zmodel")) path += ".zmodel";
  return normal_path(from, path);
}

void resolve_imports(Context& c) {
  std::unordered_map<std::string, uint32_t> by_path;
  for (uint32_t i = 0; i < c.files.size(); ++i) by_path.emplace(normal_path("", c.files[i].path), i);
  c.imports.resize(c.files.size());
  for (uint32_t i = 0; i < c.files.size(); ++i) {
    for (const auto& import : c.trees[i].imports) {
      const auto found = by_path.find(import_target(c.files[i].path, import.path));
      if (found != by_path.end()) {
        c.imports[i].insert(found->second);
        continue;
      }
      c.error(DiagnosticKind::unknown, import.where, "there is no file " + quoted(import.path),
              "paths are relative to the importing file");
    }
  }
}

void collect_declarations(Context& c) {
  for (uint32_t file = 0; file < c.trees.size(); ++file) {
    for (const auto& d : c.trees[file].declarations) collect(c, d, file);
  }
}

void check_enums(Context& c) {
  for (size_t i = 0; i < c.enums.size(); ++i) {
    auto& source = c.enums[i];
    auto& made = c.schema.enums[i];
    made.db_name = made.name;
    if (!c.provider().enums) {
      c.error(DiagnosticKind::provider, source.node->name.where,
              std::string(c.provider().title) + " has no enums", "use a String field");
    }
    if (source.node->fields.empty()) {
      c.error(DiagnosticKind::syntax, source.node->name.where, "an enum needs at least one value");
    }
    for (const auto& value : source.node->fields) {
      const auto [place, fresh] = source.by_name.try_emplace(value.name.text, static_cast<int>(made.values.size()));
      if (!fresh) {
        c.error(DiagnosticKind::duplicate, value.name.where,
                "the value " + quoted(value.name.text) + " is already in enum " + quoted(made.name));
      }
      c.enum_values[value.name.text].emplace_back(static_cast<int>(i), static_cast<int>(made.values.size()));
      made.values.push_back({std::string(value.name.text), std::string(value.name.text), value.doc});
    }
  }
}

}  // namespace trivet::schema
