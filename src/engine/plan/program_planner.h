// The write half of planning: Operation → WritePlan. Internal to engine/plan.
#pragma once

#include "engine/plan/planner.h"
#include "engine/policy/apply.h"

namespace trivet::engine {

[[nodiscard]] uint64_t next_query_id();
// Caps the rows of a level, or only of what is embedded in it, at `rows_max` (0 = no cap).
void cap_rows(store::Level& level, ParamTable& params, uint64_t rows_max);
void cap_embeds(store::Level& level, ParamTable& params, uint64_t rows_max);

class ProgramPlanner {
 public:
  // All outlive the planner.
  ProgramPlanner(const Operation& operation, const PlanContext& context, ParamTable& params,
                 WritePlan& plan);

  [[nodiscard]] result<void> run();

 private:
  result<void> plan_create();
  result<void> plan_upsert();
  result<void> plan_update();
  result<void> plan_delete();
  result<void> plan_nested();
  result<void> plan_returning();

  result<std::optional<store::Expr>> selected_rows(schema::Operation operation);
  result<void> restrict_merged_fields(store::Step& step);
  result<void> forbid_updated_fields(const std::optional<store::Expr>& where,
                                     const std::vector<int>& fields);
  result<void> restrict_conflict_fields(store::Step& step);
  result<void> check_conflict_target() const;
  std::vector<int> assigned_fields() const;
  bool links_rows() const;
  bool kept_by_merge(int field) const;
  std::vector<int> updated_at_fields(const std::vector<int>& given) const;
  ColumnSource column_source(int model, int field) const;
  void add_new_row_columns(store::Step& step);
  void add_new_rows(store::Step step);
  void add_check(std::optional<store::Expr> predicate, store::CheckRows rows);
  void add_row_checks(store::CheckRows rows);
  std::vector<PlannedCheck> row_checks(int model);
  void collect_nested(const std::vector<NestedWrite>& writes, int model);
  void add_nested_rules(int model);

  const Operation& operation_;
  const PlanContext& context_;
  ParamTable& params_;
  WritePlan& plan_;
  RuleApplier rules_;
  const schema::Schema& schema_;
  const schema::Model& model_;
};

}  // namespace trivet::engine
