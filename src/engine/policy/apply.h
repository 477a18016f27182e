// Puts a caller's rules into a Level: every model that it reaches gets its read predicate, every
// field its mask; what the caller may never read is refused with 42501. The only place where reads
// meet rules.
#pragma once

#include <optional>
#include <vector>

#include "base/error.h"
#include "engine/plan/params.h"
#include "engine/policy/caller.h"
#include "store/query.h"

namespace trivet::engine {

class RuleApplier {
 public:
  RuleApplier(const Caller& caller, ParamTable& params) : caller_(caller), params_(params) {}

  // Rules of `model` for `operation` as a filter over its row; absent = no restriction. 42501 if no
  // rule allows it at all.
  [[nodiscard]] result<std::optional<store::Expr>> predicate(int model,
                                                             schema::Operation operation);
  // A field's rule over its row, folded for this caller.
  [[nodiscard]] store::Expr field_read(int model, int field);
  [[nodiscard]] store::Expr field_update(int model, int field);

  // A condition of the schema that holds whoever asks (RowCheck).
  [[nodiscard]] store::Expr constraint(const store::Expr& condition) {
    return instantiate(condition, 0);
  }

  // Masks and conjoins everything in `level` and below, the root's own read predicate included. Rows that were given
  // (Level::rows_param) are nobody's table: they are shown as they are, and rules begin behind their links.
  [[nodiscard]] result<void> apply(store::Level& level);
  // As apply, but leaves out the root's read predicate: for rows that a write has checked.
  [[nodiscard]] result<void> apply_below(store::Level& level);
  // Masks and conjoins in a predicate over one row of `model`.
  [[nodiscard]] result<void> apply(store::Expr& expr, int model);

 private:
  store::Expr instantiate(const store::Expr& rule, int depth, int inside = 0);
  result<void> rewrite(store::Expr& expr);
  result<void> rewrite_column(store::Expr& expr);
  result<void> rewrite_linked(store::Expr& expr);
  result<void> expand_junction(store::Expr& expr);
  result<void> apply_embed(store::Embed& embed);

  struct LinkGuards {
    std::optional<store::Expr> near;  // over the row that the link starts from
    std::optional<store::Expr> far;   // over the linked row
  };
  result<LinkGuards> guards(int relation, int side);

  const Caller& caller_;
  ParamTable& params_;
  std::vector<int> scopes_;  // models; back = depth 0
};

// Whether `expr` needs rows besides its own to be computed.
[[nodiscard]] bool reaches_other_rows(const store::Expr& expr);

[[nodiscard]] Error table_denied(const schema::Model& model);
[[nodiscard]] Error column_denied(const schema::Model& model, const schema::Field& field);
[[nodiscard]] Error row_denied(const schema::Model& model);

// The model at the other end of a link (behind the junction, if there is one).
[[nodiscard]] int linked_model(const schema::Schema& schema, const store::Link& link);

}  // namespace trivet::engine
