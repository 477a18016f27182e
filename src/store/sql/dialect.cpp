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
    {Op::length, "length($1)"},
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

constexpr auto postgresql_ops = std::to_array<OpText>({
    {Op::like, "($1 LIKE $2)"},
    {Op::ilike, "($1 ILIKE $2)"},
    {Op::regex, "($1 ~ $2)"},
    {Op::iregex, "($1 ~* $2)"},
    {Op::contains, "(strpos($1, $2) > 0)"},
    {Op::starts_with, "starts_with($1, $2)"},
    {Op::ends_with, "(right($1, length($2)) = $2)"},
    {Op::icontains, "(strpos(lower($1), lower($2)) > 0)"},
    {Op::istarts_with, "starts_with(lower($1), lower($2))"},
    {Op::iends_with, "(right(lower($1), length(lower($2))) = lower($2))"},
    {Op::contains_all, "($1 @> $2)"},
    {Op::contained_by, "($1 <@ $2)"},
    {Op::overlaps, "($1 && $2)"},
    {Op::length, "length($1)"},
});

constexpr Dialect postgresql = {
    .name = "postgresql",
    .quote = '"',
    .parameter = "$",
    .list_open = "",
    .list_close = "",
    .no_limit = "ALL",
    .json_get = "($1 -> $2)",
    .json_text = "($1 #>> '{}')",
    .json_compare = "",
    .json_order = "",
    .cast = "(($1)::$3)",
    .text_search =
        "(to_tsvector(coalesce(nullif($4, ''), 'english')::regconfig, $1) @@ CASE $3 WHEN 'plain' THEN "
        "plainto_tsquery(coalesce(nullif($4, ''), 'english')::regconfig, $2) WHEN 'phrase' THEN "
        "phraseto_tsquery(coalesce(nullif($4, ''), 'english')::regconfig, $2) WHEN 'websearch' THEN "
        "websearch_to_tsquery(coalesce(nullif($4, ''), 'english')::regconfig, $2) ELSE "
        "to_tsquery(coalesce(nullif($4, ''), 'english')::regconfig, $2) END)",
    .sum_exact = "SUM($1)",
    .sum_float = "SUM($1)",
    .sum_integer = "SUM($1)",
    .avg_exact = "AVG($1)",
    .avg_float = "AVG($1)",
    .nulls_smallest = false,
    .ops = postgresql_ops.data(),
    .op_count = postgresql_ops.size(),
    .true_text = "TRUE",
    .false_text = "FALSE",
    .typed = true,
    .list_length = "cardinality($1)",
};

}  // namespace

const Dialect& sqlite_dialect() { return sqlite; }

const Dialect& postgresql_dialect() { return postgresql; }

}  // namespace trivet::store::sql
