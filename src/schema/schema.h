// The checked data model that everything else reads: models, fields, keys, relations, enums and rules.
//
// Immutable once made; shared as std::shared_ptr<const Schema> and swapped whole on reload, so any thread may read it.
// References between parts are indexes into the vectors here. Physical names (`db_name`) are final: @map and the naming
// rules of Prisma Migrate are already applied (dialects/schema.md, section 7). Invalid schemas never become a Schema.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "schema/ast.h"
#include "schema/source.h"

namespace trivet::schema {

// Between a schema of the database and the name of a table or type in it, where a store names both. Names have no such character.
inline constexpr char schema_mark = '\x1f';
struct PlacedName {
  std::string_view db_schema;  // empty: the one that the database's URL leads to
  std::string_view name;
};
[[nodiscard]] std::string place_name(PlacedName parts);
// Views of `placed`.
[[nodiscard]] PlacedName split_name(std::string_view placed);
// "audit.logs", for people.
[[nodiscard]] std::string told_name(std::string_view placed);

enum class Provider : uint8_t { sqlite, postgresql, mysql, mongodb, sqlserver, cockroachdb };

enum class DefaultKind : uint8_t {
  none, literal, list, now, autoincrement, uuid4, uuid7, cuid1, cuid2, ulid, nanoid, dbgenerated, auth, object_id
};

struct Default {
  DefaultKind kind = DefaultKind::none;
  Expr value;            // literal, list, auth: the checked expression
  int length = 0;        // nanoid
  bool length_written = false;
  std::string format;    // engine-made ids: "%s" is replaced; empty = none
  std::string sql;       // dbgenerated
};

struct NativeType {
  std::string name;  // "VarChar"; empty = the default column type
  std::vector<int> arguments;
};

enum class FieldKind : uint8_t { scalar, relation };

struct FieldRule {
  enum class Effect : uint8_t { allow, deny } effect;
  bool on_read = false;
  bool on_update = false;
  Expr condition;
};

// A validation attribute of a field: @length(2, 10), @email, @trim …, in the order written (dialects/schema.md, section 15).
struct FieldCheck {
  std::string name;             // without @
  std::vector<Expr> arguments;  // literals; literal_null where one was left out
  std::string message;
};

struct ModelCheck {  // @@validate
  Expr condition;
  std::string message;
  std::vector<std::string> path;
};

struct Field {
  std::string name;
  std::string db_name;  // column; empty for relation fields and @computed
  std::string doc;
  FieldKind kind = FieldKind::scalar;
  ScalarType type = ScalarType::string;
  int enum_index = -1;
  int type_index = -1;       // composite
  bool is_list = false;
  bool optional = false;
  bool is_id = false;        // part of the primary key (@id or @@id)
  bool is_unique = false;    // @unique
  bool updated_at = false;
  bool ignored = false;      // @ignore: not in the API
  bool omitted = false;      // @omit: not in `*`
  bool computed = false;
  std::vector<int> updated_at_ignore;  // @updatedAt(ignore: […]): an update of only these fields leaves it as it is
  Default default_value;
  NativeType native;
  std::string unsupported_type;
  int relation = -1;         // relation fields: index in Schema::relations
  int side = 0;              // relation fields: 0 = the A/from end, 1 = the B/to end
  int column = -1;           // scalar stored fields: position among Model::columns
  std::vector<FieldRule> rules;
  std::vector<FieldCheck> checks;
  SourceRange where;
};

struct KeyColumn {
  int field = -1;
  bool descending = false;
  int length = 0;
  std::string ops;       // operator class: a name of dialects/schema.md section 5, or raw SQL
  bool sorted = false;   // the order was written
  bool raw_ops = false;
  std::string path;      // MongoDB: within an embedded composite, "city.name"; empty = the field itself
};

struct Key {  // primary key, unique, index
  std::string name;     // client name (@@id/@@unique name), may be empty
  std::string db_name;  // physical name of the constraint or index ("t_pkey" also where the store leaves it unnamed)
  std::vector<KeyColumn> columns;
  std::string type;       // index method, empty = default
  std::string where_sql;  // partial index condition, empty = none
  bool on_field = false;  // written as @id or @unique
  bool fulltext = false;  // @@fulltext
  std::optional<bool> clustered;  // SQL Server
  bool mapped = false;    // db_name was written, not made by the naming rules
  SourceRange where;
};

enum class ReferentialAction : uint8_t { cascade, restrict, no_action, set_null, set_default };

enum class RelationKind : uint8_t { one_to_many, one_to_one, many_to_many };

// one_to_many, one_to_one: side 0 holds the foreign key (from), side 1 is referenced (to).
// many_to_many: an implicit join table; side 0 is column "A" (bytewise smaller model name, or smaller field name), side 1 is "B".
struct Relation {
  RelationKind kind;
  std::string name;          // @relation name, or AToB
  int model[2] = {-1, -1};
  int field[2] = {-1, -1};   // relation field on each model; -1 where absent
  std::vector<int> from_fields;  // scalar fields of model[0] (the foreign key); many_to_many: the id of model[0]
  std::vector<int> to_fields;    // scalar fields of model[1]; many_to_many: the id of model[1]
  int list_field[2] = {-1, -1};  // MongoDB many_to_many: the list of the other side's ids on each model
  std::string constraint;    // foreign key name ("t_c_fkey"); many_to_many: join table name ("_AToB")
  ReferentialAction on_delete = ReferentialAction::restrict;
  ReferentialAction on_update = ReferentialAction::cascade;
  bool on_delete_written = false;  // else the default of dialects/schema.md section 7
  bool on_update_written = false;
  SourceRange where;
};

enum class Operation : uint8_t { create, read, update, delete_, post_update };

struct ModelRule {
  enum class Effect : uint8_t { allow, deny } effect;
  uint8_t operations = 0;  // bit 1 << Operation
  Expr condition;
  SourceRange where;
};

struct Model {
  std::string name;
  std::string db_name;   // table
  std::string db_schema; // @@schema; empty where the datasource has no `schemas`
  std::string doc;
  bool is_view = false;
  bool ignored = false;
  bool is_auth = false;
  uint8_t realtime = 0;            // @@realtime: bit 1 << Operation of create, update, delete_
  std::vector<Field> fields;       // declaration order, inherited first
  std::vector<int> columns;        // stored scalar fields in column order (indexes into fields)
  std::optional<Key> primary_key;
  std::vector<Key> uniques;        // @unique and @@unique
  std::vector<Key> indexes;
  std::vector<ModelRule> rules;
  std::vector<ModelCheck> checks;
  SourceRange where;
  std::unordered_map<std::string, int> field_by_name;     // client names
  std::unordered_map<std::string, int> field_by_db_name;  // columns

  [[nodiscard]] std::string table() const { return place_name({db_schema, db_name}); }  // as stores name it
  [[nodiscard]] const Field* find_field(std::string_view name) const;
  [[nodiscard]] const Field* find_column(std::string_view db_name) const;
};

struct EnumValue {
  std::string name;
  std::string db_name;
  std::string doc;
};

struct Enum {
  std::string name;
  std::string db_name;
  std::string doc;
  std::vector<EnumValue> values;  // declaration order is sort order
  std::string db_schema{};        // as a model's

  [[nodiscard]] std::string type() const { return place_name({db_schema, db_name}); }  // as stores name it
};

struct CompositeType {  // `type` with fields: JSON shape
  std::string name;
  std::string doc;
  bool strict = false;
  std::vector<Field> fields;
  std::vector<ModelCheck> checks;
  bool is_auth = false;
};

struct Datasource {
  std::string name;
  Provider provider = Provider::sqlite;
  std::string url;          // literal; empty if env or absent
  std::string url_env;      // env("NAME")
  bool relation_mode_prisma = false;
  std::vector<std::string> schemas;  // not empty: every model and enum is in one of them
  std::string default_schema;        // of those without @@schema
};

struct Schema {
  std::vector<SourceFile> files;
  Datasource datasource;
  std::vector<Model> models;
  std::vector<Enum> enums;
  std::vector<CompositeType> types;
  std::vector<Relation> relations;
  std::vector<Diagnostic> warnings;
  int auth_model = -1;  // model of auth(), or
  int auth_type = -1;   // composite type of auth()
  uint64_t fingerprint = 0;  // hash of everything that shapes plans; equal schemas have equal fingerprints
  std::unordered_map<std::string, int> model_by_name;
  std::unordered_map<std::string, int> model_by_table;  // Model::table()

  [[nodiscard]] const Model* find_model(std::string_view name) const;
  [[nodiscard]] const Model* find_table(std::string_view table) const;  // as stores name it
  // Of a many-to-many relation, as stores name it.
  [[nodiscard]] std::string join_table(const Relation& relation) const;
};

struct CheckResult {
  std::shared_ptr<const Schema> schema;  // null if any diagnostic is an error
  std::vector<SourceFile> files;         // for rendering, also when schema is null
  std::vector<Diagnostic> diagnostics;   // errors and warnings, in file order
  [[nodiscard]] bool ok() const { return schema != nullptr; }
};

// Parses and checks in-memory files; imports are resolved among `files` by path. Paths ending in .prisma get the
// .prisma-only line rules. Never throws; any bytes are allowed as input.
[[nodiscard]] CheckResult check_schema(std::vector<SourceFile> files);

// Loads `path`: a file (with its imports), or a folder (schema.zmodel if there, else every .prisma file in it and below prisma/).
[[nodiscard]] CheckResult load_schema(const std::string& path);

}  // namespace trivet::schema
