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

constexpr auto mysql_ops = std::to_array<OpText>({
    {Op::like, "($1 LIKE $2 ESCAPE '\\')"},
    {Op::ilike, "(LOWER($1) LIKE LOWER($2) ESCAPE '\\')"},
    {Op::regex, "($1 REGEXP CONCAT('(?s)', $2))"},  // a dot is any character, as elsewhere
    {Op::iregex, "($1 REGEXP CONCAT('(?is)', $2))"},
    {Op::contains, "(LOCATE($2, $1) > 0)"},
    {Op::starts_with, "(LEFT($1, CHAR_LENGTH($2)) = $2)"},
    {Op::ends_with, "(RIGHT($1, CHAR_LENGTH($2)) = $2)"},
    {Op::icontains, "(LOCATE(LOWER($2), LOWER($1)) > 0)"},
    {Op::istarts_with, "(LEFT(LOWER($1), CHAR_LENGTH(LOWER($2))) = LOWER($2))"},
    {Op::iends_with, "(RIGHT(LOWER($1), CHAR_LENGTH(LOWER($2))) = LOWER($2))"},
    {Op::length, "CHAR_LENGTH($1)"},
});

// As jsonb sorts: null, text, number, boolean, list, object; lists and objects by their size, and
// then, unlike there, by their text.
constexpr auto mysql_json_sort = std::to_array<std::string_view>({
    "(CASE JSON_TYPE($1) WHEN 'NULL' THEN 0 WHEN 'STRING' THEN 1 WHEN 'INTEGER' THEN 2 WHEN 'DOUBLE' THEN 2 "
    "WHEN 'BOOLEAN' THEN 3 WHEN 'ARRAY' THEN 4 WHEN 'OBJECT' THEN 5 END)",
    "(CASE WHEN JSON_TYPE($1) IN ('ARRAY', 'OBJECT') THEN JSON_LENGTH($1) WHEN JSON_TYPE($1) IN ('INTEGER', "
    "'DOUBLE') THEN CAST(JSON_UNQUOTE($1) AS DOUBLE) ELSE 0 END)",
    "(CASE JSON_TYPE($1) WHEN 'STRING' THEN JSON_UNQUOTE($1) ELSE JSON_NORMALIZE($1) END)",
});

// What is out of range makes a sum that is out of range, too: an error to the server.
#define MYSQL_CAST_WITHIN(least, most)                                                       \
  "(CASE WHEN CAST($1 AS DECIMAL(65,0)) BETWEEN " least " AND " most " THEN CAST($1 AS SIGNED) " \
  "WHEN $1 IS NULL THEN NULL ELSE 9223372036854775807 + ABS(SIGN($1)) END)"

// A cast that can't be done is a warning to the server; the driver makes it an error.
constexpr auto mysql_casts = std::to_array<CastText>({
    {Type::boolean, Type::text, "(CASE $1 WHEN TRUE THEN 'true' WHEN FALSE THEN 'false' END)"},
    {Type::timestamp, Type::text,
     "TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM DATE_FORMAT($1, '%Y-%m-%d %H:%i:%s.%f')))"},
    {Type::timestamptz, Type::text,
     "CONCAT(TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM DATE_FORMAT($1, '%Y-%m-%d "
     "%H:%i:%s.%f'))), '+00')"},
    {Type::time, Type::text,
     "TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM TIME_FORMAT($1, '%H:%i:%s.%f')))"},
    {Type::float8, Type::text, "REGEXP_REPLACE(CAST($1 AS CHAR), 'e([0-9])', 'e+\\1')"},
    {Type::float4, Type::text, "REGEXP_REPLACE(CAST($1 AS CHAR), 'e([0-9])', 'e+\\1')"},
    // Prisma's default column is DECIMAL(65,30): nobody wrote its trailing zeros.
    {Type::numeric, Type::text,
     "(CASE WHEN CAST($1 AS CHAR) LIKE '%.______________________________' THEN TRIM(TRAILING '.' FROM "
     "TRIM(TRAILING '0' FROM CAST($1 AS CHAR))) ELSE CAST($1 AS CHAR) END)"},
    {Type::unknown, Type::text, "CAST($1 AS CHAR)"},
    {Type::unknown, Type::int2, MYSQL_CAST_WITHIN("-32768", "32767")},
    {Type::unknown, Type::int4, MYSQL_CAST_WITHIN("-2147483648", "2147483647")},
    {Type::unknown, Type::int8, "CAST($1 AS SIGNED)"},
    {Type::unknown, Type::float4, "CAST($1 AS DOUBLE)"},
    {Type::unknown, Type::float8, "CAST($1 AS DOUBLE)"},
    {Type::unknown, Type::numeric, "CAST($1 AS DECIMAL(65,30))"},
    {Type::text, Type::boolean,
     "(CASE WHEN LOWER($1) IN ('true', 't', 'yes', 'y', 'on') THEN TRUE WHEN LOWER($1) IN ('false', "
     "'f', 'no', 'n', 'off') THEN FALSE ELSE CAST($1 AS SIGNED) <> 0 END)"},
    {Type::unknown, Type::boolean, "($1 <> 0)"},
    {Type::unknown, Type::timestamp, "CAST($1 AS DATETIME(6))"},
    {Type::unknown, Type::timestamptz, "CAST($1 AS DATETIME(6))"},
    {Type::unknown, Type::date, "CAST($1 AS DATE)"},
    {Type::unknown, Type::time, "CAST($1 AS TIME(6))"},
    {Type::unknown, Type::timetz, "CAST($1 AS TIME(6))"},
    {Type::unknown, Type::bytea, "CAST($1 AS BINARY)"},
    {Type::unknown, Type::json, "JSON_EXTRACT($1, '$')"},
    {Type::unknown, Type::jsonb, "JSON_EXTRACT($1, '$')"},
    {Type::unknown, Type::unknown, "CAST($1 AS CHAR)"},
});
#undef MYSQL_CAST_WITHIN

constexpr Dialect mysql = {
    .name = "mysql",
    .quote = '"',
    .parameter = "\x03",
    .list_open = "(",
    .list_close = ")",
    .no_limit = "9223372036854775807",
    .json_get = "JSON_EXTRACT($1, $2)",
    .json_text = "(CASE JSON_TYPE($1) WHEN 'NULL' THEN NULL ELSE JSON_UNQUOTE($1) END)",
    .json_compare = "STRCMP(JSON_NORMALIZE($1), JSON_NORMALIZE($2))",
    .json_order = "JSON_NORMALIZE($1)",
    .cast = "",
    .text_search = "",
    .sum_exact = "SUM($1)",
    .sum_float = "SUM($1)",
    .sum_integer = "CAST(SUM($1) AS SIGNED)",
    .avg_exact = "AVG($1)",
    .avg_float = "AVG($1)",
    .nulls_smallest = true,
    .ops = mysql_ops.data(),
    .op_count = mysql_ops.size(),
    .true_text = "TRUE",
    .false_text = "FALSE",
    .numbered = false,
    .is_distinct = "(NOT ($1 <=> $2))",
    .nulls_words = false,
    .json_sort = mysql_json_sort,
    .has_bits = true,
    .json_paths = true,
    .casts = mysql_casts.data(),
    .cast_count = mysql_casts.size(),
};

}  // namespace

const Dialect& sqlite_dialect() { return sqlite; }

const Dialect& postgresql_dialect() { return postgresql; }

const Dialect& mysql_dialect() { return mysql; }

}  // namespace trivet::store::sql
