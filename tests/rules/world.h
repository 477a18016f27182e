// A made-up schema with its rules and its rows, as the interpreter of this folder sees them: nothing
// here knows the engine. Rows are found by looking at all of them, rules are trees of their own.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace trivet::rules {

using Cell = std::variant<std::monostate, bool, int64_t, std::string>;
using Row = std::vector<Cell>;  // by field; field 0 is the id
inline bool is_null(const Cell& cell) { return std::holds_alternative<std::monostate>(cell); }
inline int64_t id_of(const Row& row) { return std::get<int64_t>(row[0]); }

enum class Tri : uint8_t { no, yes, unknown };
enum class Kind : uint8_t { number, text, flag };
enum class Operation : uint8_t { create, read, update, delete_, post_update };
inline constexpr const char* operation_names[] = {"create", "read", "update", "delete",
                                                  "post-update"};

// Where a rule finds something: a row in scope, to-one relations from it, a field of the last row.
struct Path {
  // 0: the rule's row; else the element of the n-th collection around; of_auth: the caller's row
  int scope = 0;
  std::vector<int> ends;  // relation fields, as numbers in ModelSpec::ends
  int field = -1;
};

inline constexpr int of_auth = -1;

struct Operand {
  enum class From : uint8_t { path, literal, auth, before } from = From::path;
  Path path;       // path; before: its field
  Cell literal;
  int field = -1;  // auth: of User
};

struct Rule {
  enum class What : uint8_t {
    literal, and_, or_, not_, compare, null_test, relation_null, relation_auth, auth_null, flag, in,
    text, some, every, none, check, operation
  } what = What::literal;
  bool truth = true;      // literal; *_null, relation_auth: is (not isn't); text: case matters not
  std::string op;         // compare; text: the function
  Operand left, right;
  std::vector<Cell> list;  // in
  std::optional<Operation> operation;  // check, operation
  int binding = 0;         // collections: the scope that the element becomes
  std::vector<Rule> args;
};

struct RuleUse {
  bool allow = true;
  std::set<Operation> operations;
  Rule condition;
};

struct FieldSpec {
  std::string name;
  Kind kind = Kind::number;
  bool optional = true;
  int relation = -1;  // a foreign key's
  std::vector<RuleUse> rules{};
};

struct RelationSpec {
  int from = -1;  // holds the key, or end A of many to many
  int to = -1;
  int key = -1;   // field of `from`; -1: many to many
  bool required = false;
  bool unique = false;
};

struct End {
  std::string name;
  int relation = -1;
  int side = 0;  // 0: the key's holder, or A
  int target = -1;
  bool list = false;
  bool optional = true;
};

struct ModelSpec {
  std::string name;
  std::vector<FieldSpec> fields;
  std::vector<End> ends;
  std::vector<RuleUse> rules;
};

struct Spec {
  std::vector<ModelSpec> models;  // 0 is User
  std::vector<RelationSpec> relations;
};

[[nodiscard]] std::string schema_text(const Spec& spec);
[[nodiscard]] std::string json_of(const Cell& cell);

// null: anonymous. Fields of User as the token has them.
struct Caller {
  bool service = false;
  std::optional<std::map<int, Cell>> claims;
};

struct World {
  std::vector<std::map<int64_t, Row>> tables;                    // by model, by id
  std::vector<std::set<std::pair<int64_t, int64_t>>> pairs;      // by relation
};

// Who may do what with which row, by the words of the rules.
class Interpreter {
 public:
  Interpreter(const Spec& spec, const World& world, const Caller& caller)
      : spec_(spec), world_(world), caller_(caller) {}

  [[nodiscard]] bool open(int model, Operation operation) const;
  [[nodiscard]] bool allowed(int model, Operation operation, const Row& row,
                             const Row* before = nullptr) const;
  [[nodiscard]] bool field_allowed(int model, int field, Operation operation,
                                   const Row& row) const;
  // The field as the caller may see it.
  [[nodiscard]] Cell seen(int model, int field, const Row& row) const;
  // Rows at the other end, whoever asks.
  [[nodiscard]] std::vector<const Row*> linked(int model, int end, const Row& row) const;
  // Those that the caller may read and over keys that they may read.
  [[nodiscard]] std::vector<const Row*> seen_linked(int model, int end, const Row& row) const;

 private:
  struct At {
    int model;
    Operation operation;
    const Row* before;
    std::vector<std::pair<int, const Row*>> scopes;
  };
  Tri combine(const std::vector<RuleUse>& rules, const At& at, bool otherwise) const;
  Tri evaluate(const Rule& rule, const At& at) const;
  Tri collection(const Rule& rule, const At& at) const;
  Tri check(const Rule& rule, const At& at) const;
  Tri relation_auth(const Rule& rule, const At& at) const;
  const Row* follow(const Path& path, const At& at, size_t hops, int& model) const;
  Cell value(const Operand& operand, const At& at) const;

  const Spec& spec_;
  const World& world_;
  const Caller& caller_;
};

}  // namespace trivet::rules
