#include "schema/check/names.h"

#include <algorithm>
#include <array>

#include "schema/check/passes.h"
#include "schema/check/values.h"

namespace trivet::schema {
namespace {

// Names that Prisma's client can't generate (dialects/schema.md, 1.5).
constexpr std::array<std::string_view, 43> reserved_names = {
    "PrismaClient", "async", "await", "break", "case", "catch", "class", "const", "continue", "debugger", "default",
    "delete", "do", "else", "enum", "export", "extends", "false", "finally", "for", "function", "if", "implements",
    "import", "in", "instanceof", "interface", "let", "new", "null", "package", "private", "protected", "public",
    "return", "super", "switch", "this", "throw", "true", "try", "typeof", "using"};
constexpr std::array<std::string_view, 6> more_reserved_names = {"var", "void", "while", "with", "yield", "static"};

bool is_client_word(std::string_view name) {
  if (std::find(reserved_names.begin(), reserved_names.end(), name) != reserved_names.end()) return true;
  const auto end = more_reserved_names.end() - 1;  // `static` is free
  return std::find(more_reserved_names.begin(), end, name) != end;
}

// Finds two things of one name in one name space of the database.
class NameSpaces {
 public:
  explicit NameSpaces(Context& context) : c_(context) {}

  void add(const std::string& space, const std::string& name, SourceRange where, std::string_view what) {
    if (name.find(schema_mark) != name.npos)
      c_.error(DiagnosticKind::arg, where, "the " + std::string(what) + " name has a control character");
    if (seen_.insert(space + '\0' + name).second) return;
    c_.error(DiagnosticKind::duplicate, where,
             "the " + std::string(what) + " name " + quoted(name) + " is already taken in the database",
             "give it another one with `map`");
  }

 private:
  Context& c_;
  std::unordered_set<std::string> seen_;
};

void check_length(Context& c, const AttributeUse& use) {
  const auto* node = use.argument("map");
  if (!node && (use.id() == AttributeId::block_index)) node = use.argument("name");
  std::string name;
  if (!read_string(node, name)) return;
  const auto limit = c.provider().identifier_max;
  if (name.size() <= limit) return;
  c.error(DiagnosticKind::range, node->where,
          "the name is longer than the " + std::to_string(limit) + " bytes that " + std::string(c.provider().title) + " allows");
}

bool is_key(AttributeId id) {
  return id == AttributeId::id || id == AttributeId::unique || id == AttributeId::block_id ||
         id == AttributeId::block_unique || id == AttributeId::block_index || id == AttributeId::block_fulltext ||
         id == AttributeId::relation;
}

void check_lengths(Context& c, const Shape& shape) {
  for (const auto& use : shape.attributes) {
    if (is_key(use.id())) check_length(c, use);
  }
  for (const auto& field : shape.fields) {
    for (const auto& use : field.attributes) {
      if (is_key(use.id())) check_length(c, use);
    }
  }
}

void add_keys(Context& c, NameSpaces& spaces, const Model& model) {
  const bool global = c.provider().global_index_names;
  const auto space = global ? std::string("keys") + model.db_schema : "keys of " + model.table();
  if (model.primary_key && c.provider().named_primary_keys) {
    spaces.add(space, model.primary_key->db_name, model.primary_key->where, "key");
  }
  for (const auto& key : model.uniques) spaces.add(space, key.db_name, key.where, "key");
  for (const auto& key : model.indexes) spaces.add(space, key.db_name, key.where, "index");
}

void add_join_tables(Context& c, NameSpaces& spaces) {
  for (const auto& relation : c.schema.relations) {
    if (relation.kind != RelationKind::many_to_many || relation.list_field[0] >= 0) continue;
    const auto& model = c.schema.models[static_cast<size_t>(relation.model[0])];
    spaces.add("tables " + model.db_schema, relation.constraint, relation.where, "join table");
  }
}

void add_relations(Context& c, NameSpaces& spaces) {
  const bool global = c.provider().global_foreign_keys;
  for (const auto& relation : c.schema.relations) {
    if (relation.model[0] < 0 || c.schema.datasource.relation_mode_prisma || c.is(Provider::sqlite)) continue;
    if (relation.kind == RelationKind::many_to_many) continue;
    const auto& model = c.schema.models[static_cast<size_t>(relation.model[0])];
    // PostgreSQL: constraints of one table share names with its primary key.
    const auto space = global ? std::string("foreign keys") : "foreign keys of " + model.table();
    spaces.add(space, relation.constraint, relation.where, "foreign key");
  }
}

}  // namespace

bool is_reserved_name(std::string_view name) { return find_scalar(name) || is_client_word(name); }

std::string constraint_name(std::string_view table, const std::vector<std::string_view>& columns,
                            std::string_view suffix, size_t limit) {
  std::string name(table);
  for (const auto column : columns) (name += '_') += column;
  if (name.size() + suffix.size() > limit) {
    size_t cut = limit - suffix.size();
    while (cut > 0 && (static_cast<unsigned char>(name[cut]) & 0xC0) == 0x80) --cut;
    name.resize(cut);
  }
  return name += suffix;
}

std::string key_name(const Context& c, const Model& model, const std::vector<KeyColumn>& columns, std::string_view suffix) {
  std::vector<std::string_view> names;
  if (suffix != "_pkey") {
    for (const auto& column : columns) names.push_back(model.fields[static_cast<size_t>(column.field)].db_name);
  }
  return constraint_name(model.db_name, names, suffix, c.provider().identifier_max);
}

void check_names(Context& c) {
  NameSpaces spaces(c);
  for (size_t i = 0; i < c.models.size(); ++i) {
    const auto& model = c.schema.models[i];
    check_lengths(c, c.models[i]);
    if (model.db_schema.empty() || c.provider().multi_schema) {
      spaces.add("tables " + model.db_schema, model.db_name, model.where, "table");
    }
  }
  add_join_tables(c, spaces);
  for (const auto& model : c.schema.models) add_keys(c, spaces, model);
  for (size_t i = 0; i < c.enums.size(); ++i) {
    spaces.add("enums " + c.schema.enums[i].db_schema, c.schema.enums[i].db_name, c.enums[i].node->name.where, "enum");
  }
  add_relations(c, spaces);
}

}  // namespace trivet::schema
