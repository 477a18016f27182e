// Plan: an authorised operation as its store gets it, with everything decided that doesn't depend
// on parameters.
//
// Rules are conjoined, defaults chosen, limits and cost set. Immutable; made for one class of
// callers (policy/caller.h) and kept per thread. It keeps its policy, and so its schema, alive.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/operation.h"
#include "engine/plan/params.h"
#include "engine/policy/policy.h"
#include "store/patterns.h"
#include "store/query.h"

namespace trivet::engine {

// How many rows a level can touch, per row of its parent: the sum of these parameters (a limit, an
// offset), the length of a list parameter, or `rows`.
struct LevelBound {
  int parent = -1;  // in ReadPlan::bounds
  int limit_param = -1;
  int offset_param = -1;
  int list_param = -1;
  uint64_t rows = 1;
  // Parameters that have to be equal: else rows of one are looked through for those of the other.
  std::vector<std::pair<int, int>> same{};
};

struct ReadPlan {
  bool nothing = false;  // no row can be read: the store isn't asked
  store::Query query;
  // The same query for runs whose parameters keep it bounded; absent if nothing can.
  std::optional<store::Query> small_query;
  std::vector<LevelBound> bounds;  // root first
};

// Where one column of a new row comes from.
struct ColumnSource {
  enum class Kind : uint8_t { cell, literal, rule, now, id, store, null };
  int field = -1;
  int cell = -1;              // column of the operation's block, or -1
  Kind missing = Kind::null;  // what an absent cell, or a column without cell, takes
  Value literal;
  int rule_param = -1;    // Caller::params
  bool required = false;  // null is 23502
};

// The rules of one field for this caller, where it has any.
struct FieldRules {
  int field = -1;
  store::Expr read;
  store::Expr update;
};

// What @@validate asks of a row, for this plan's parameters.
struct PlannedCheck {
  store::Expr condition;
  Error error;
};

// Rules of a model that a nested write reaches.
struct NestedRules {
  int model = -1;
  std::optional<store::Expr> create;
  std::optional<store::Expr> read;
  std::optional<store::Expr> update;
  std::optional<store::Expr> post_update;
  std::vector<FieldRules> fields;
  std::optional<Error> create_denied;
  std::optional<Error> read_denied;
  std::optional<Error> update_denied;
  std::vector<PlannedCheck> checks;
  std::vector<ColumnSource> defaults;  // of every column
};

struct WritePlan {
  store::Program program;
  size_t root = 0;                         // the step that writes the operation's own rows
  std::vector<ColumnSource> columns;       // create, upsert: of the program's block
  std::optional<store::Expr> create_rule;  // over each new row, before it is written
  bool create_in_store = false;  // create_rule needs other rows: the step before `root` checks it
  std::vector<PlannedCheck> checks;        // of the operation's own rows
  std::optional<store::Expr> put_filter;   // PUT: exactly one new row satisfies it
  int block = -1;                          // of the operation's parameters
  bool nothing_to_do = false;              // an update of no field, or of no row that there can be
  bool default_missing = false;
  bool singular = false;
  std::vector<NestedWrite> nested;
  std::vector<NestedRules> nested_rules;
};

struct Plan {
  std::shared_ptr<const Policy> policy;
  std::string class_name;  // of the callers that it is for (policy/caller.h)
  OperationKind kind = OperationKind::read;
  int base = 0;  // the operation's own parameters
  std::vector<AppendedParam> appended;
  std::vector<store::Pattern> patterns;  // checked before each run
  ReadPlan read;
  WritePlan write;
};

}  // namespace trivet::engine
