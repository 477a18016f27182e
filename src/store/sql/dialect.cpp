#include "store/sql/dialect.h"

namespace trivet::store::sql {

namespace {

// Functions called trivet_* are registered on each connection (store/sqlite/functions).
constexpr auto sqlite_ops = std::to_array<OpText>({
    {Op::like, "trivet_like($1, $2)"},
    {Op::ilike, "trivet_ilike($1, $2)"},
    {Op::regex, "trivet_regex($1, $2)"},
    {Op::iregex, "trivet_iregex($1, $2)"},
    {Op::contains, "trivet_contains($1, $2)"},
    {Op::starts_with, "trivet_starts_with($1, $2)"},
    {Op::ends_with, "trivet_ends_with($1, $2)"},
    {Op::icontains, "trivet_icontains($1, $2)"},
    {Op::istarts_with, "trivet_istarts_with($1, $2)"},
    {Op::iends_with, "trivet_iends_with($1, $2)"},
    {Op::contains_all, "trivet_contains_all($1, $2)"},
    {Op::contained_by, "trivet_contained_by($1, $2)"},
    {Op::overlaps, "trivet_overlaps($1, $2)"},
});

constexpr Dialect sqlite = {
    .name = "sqlite",
    .quote = '"',
    .parameter = "?",
    .list_open = "(SELECT value FROM carray(",
    .list_close = "))",
    .no_limit = "-1",
    .json_get = "trivet_json_get($1, $2)",
    .json_text = "trivet_json_text($1)",
    .json_compare = "trivet_json_compare($1, $2)",
    .json_order = "trivet_json($1) COLLATE trivet_json",
    .cast = "trivet_cast($1, $2, $3)",
    .text_search = "trivet_text_search($1, $2, $3, $4)",
    .sum_exact = "trivet_sum($1)",
    .sum_float = "SUM($1)",
    .sum_integer = "SUM($1)",
    .avg_exact = "trivet_avg($1)",
    .avg_float = "AVG($1)",
    .nulls_smallest = true,
    .ops = sqlite_ops.data(),
    .op_count = sqlite_ops.size(),
};

}  // namespace

const Dialect& sqlite_dialect() { return sqlite; }

}  // namespace trivet::store::sql
