#include "store/postgres/errors.h"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <string>

namespace trivet::store::postgres {

namespace {

struct Mapping {
  std::string_view state;  // five characters, or a class of two
  ErrorCode error;
  std::string_view message;
  std::string_view hint;
};

// Single states come before their class: the first match wins. PostgreSQL 15, appendix A.
constexpr auto mappings = std::to_array<Mapping>({
    {"08", ErrorCode::store_lost, "the connection to the database was lost", "try again"},
    {"0A", ErrorCode::internal, "the database doesn't support this", "see the log"},
    {"21", ErrorCode::cardinality_violation,
     "ON CONFLICT DO UPDATE command cannot affect row a second time",
     "Ensure that no rows proposed for insertion within the same command have duplicate "
     "constrained "
     "values."},
    {"22001", ErrorCode::text_too_long, "value too long for its column", ""},
    {"22003", ErrorCode::number_out_of_range, "number out of range", ""},
    {"22007", ErrorCode::bad_datetime_format, "invalid date or time", ""},
    {"22008", ErrorCode::datetime_out_of_range, "date or time out of range", ""},
    {"22009", ErrorCode::bad_zone_displacement, "time zone displacement out of range", ""},
    {"22012", ErrorCode::division_by_zero, "division by zero", ""},
    {"22021", ErrorCode::bad_character, "invalid byte sequence for encoding \"UTF8\"", ""},
    {"22025", ErrorCode::bad_escape_sequence, "LIKE pattern must not end with escape character",
     ""},
    {"2201B", ErrorCode::bad_regex, "invalid regular expression", ""},
    {"22P02", ErrorCode::bad_text_representation, "invalid input syntax for the type", ""},
    {"22P03", ErrorCode::bad_text_representation, "invalid input syntax for the type", ""},
    {"22P05", ErrorCode::untranslatable_character, "unsupported Unicode escape sequence", ""},
    {"22", ErrorCode::bad_parameter, "the value is not valid here", ""},
    {"23001", ErrorCode::foreign_key_violation, "the write violates a foreign key constraint", ""},
    {"23502", ErrorCode::not_null_violation, "null value violates not-null constraint", ""},
    {"23503", ErrorCode::foreign_key_violation, "the write violates a foreign key constraint", ""},
    {"23505", ErrorCode::unique_violation, "duplicate key value violates unique constraint", ""},
    {"23P01", ErrorCode::unique_violation, "the write violates an exclusion constraint", ""},
    {"23", ErrorCode::check_violation, "new row violates a constraint", ""},
    {"25006", ErrorCode::read_only, "the database is read-only", ""},
    {"25", ErrorCode::internal, "internal error", "see the log"},
    {"26", ErrorCode::internal, "internal error", "see the log"},
    {"28", ErrorCode::connection_failed, "the database refused the user",
     "check the user and password in [database] url"},
    {"3D", ErrorCode::connection_failed, "the database doesn't exist", "check [database] url"},
    {"40002", ErrorCode::check_violation, "the write violates a constraint", ""},
    {"40", ErrorCode::serialization_failure, "could not serialize access due to concurrent update",
     "run it again"},
    {"42501", ErrorCode::permission_denied, "permission denied by the database", ""},
    {"42703", ErrorCode::undefined_column, "a column of the schema is missing in the database",
     "bring the database's tables up to the schema"},
    {"42704", ErrorCode::undefined_object, "a type or setting is missing in the database",
     "bring the database's tables up to the schema"},
    {"42803", ErrorCode::grouping_error, "a column must appear in the GROUP BY clause", ""},
    {"42804", ErrorCode::datatype_mismatch, "a column's type is not the schema's",
     "bring the database's tables up to the schema"},
    {"42883", ErrorCode::undefined_operator, "the operator does not exist for this type", ""},
    {"42P01", ErrorCode::undefined_table, "a table of the schema is missing in the database",
     "bring the database's tables up to the schema"},
    {"42P10", ErrorCode::no_conflict_target,
     "there is no unique or exclusion constraint matching the ON CONFLICT specification", ""},
    {"42", ErrorCode::internal, "internal error", "see the log"},
    {"44", ErrorCode::check_violation, "new row violates check option for view", ""},
    {"53100", ErrorCode::disk_full, "the database's disk is full",
     "free some space: nothing of this request was written"},
    {"53200", ErrorCode::out_of_memory, "the database is out of memory", ""},
    {"53300", ErrorCode::connection_failed, "the database has too many connections",
     "lower [database] connections, or raise max_connections"},
    {"53", ErrorCode::out_of_memory, "the database lacks resources", ""},
    {"54001", ErrorCode::too_complex, "the request is too complex for the database", ""},
    {"54", ErrorCode::program_limit_exceeded, "a value or statement is too large for the database",
     ""},
    {"55P03", ErrorCode::lock_not_available, "the rows are locked by another process", "try again"},
    {"55", ErrorCode::lock_not_available, "the database is not in the state for this", "try again"},
    {"57014", ErrorCode::query_canceled, "canceling statement due to statement timeout", ""},
    {"57", ErrorCode::store_lost, "the database is shutting down or starting up", "try again"},
    {"58", ErrorCode::io_error, "the database's disk reported an error", "see the log"},
    {"P0001", ErrorCode::check_violation, "the database refused the write", ""},
    {"XX001", ErrorCode::data_corrupted, "the database's data is damaged", "restore a backup"},
    {"XX002", ErrorCode::data_corrupted, "an index of the database is damaged",
     "rebuild the index"},
});

std::string_view field(const PGresult& result, int code) {
  const char* text = PQresultErrorField(&result, code);
  return text == nullptr ? std::string_view() : text;
}

std::string quoted(std::string_view name) { return "\"" + std::string(name) + "\""; }

void name_columns(Error& error, const PGresult& result) {
  const std::string constraint = quoted(field(result, PG_DIAG_CONSTRAINT_NAME));
  const std::string table = quoted(field(result, PG_DIAG_TABLE_NAME));
  const std::string_view said = field(result, PG_DIAG_MESSAGE_PRIMARY);
  const std::string_view detail = field(result, PG_DIAG_MESSAGE_DETAIL);
  // "Key (email)=(x) already exists.": names and values of the caller's own write. A whole failing
  // row is not shown: it has columns that the caller may not see.
  const bool about_key = detail.starts_with("Key (");
  switch (error.code) {
    case ErrorCode::unique_violation:
      error.message = "duplicate key value violates unique constraint " + constraint;
      if (about_key) error.details = detail;
      return;
    case ErrorCode::not_null_violation:
      error.message = "null value in column " + quoted(field(result, PG_DIAG_COLUMN_NAME)) +
                      " of relation " + table + " violates not-null constraint";
      return;
    case ErrorCode::foreign_key_violation: {
      // The table that is still referred to is named in the message alone.
      const bool from_parent = said.starts_with("update or delete on table \"");
      error.message = from_parent ? std::string(said)
                                  : "insert or update on table " + table +
                                        " violates foreign key constraint " + constraint;
      if (about_key) error.details = detail;
      return;
    }
    case ErrorCode::check_violation:
      error.message = "new row for relation " + table + " violates check constraint " + constraint;
      return;
    default:
      return;
  }
}

}  // namespace

Error error_of_state(std::string_view state, std::string_view driver_text,
                     std::source_location where) {
  const auto found =
      std::ranges::find_if(mappings, [&](const Mapping& m) { return state.starts_with(m.state); });
  Error error =
      found == mappings.end()
          ? Error(ErrorCode::internal, "internal error", {}, "see the log", where)
          : Error(found->error, std::string(found->message), {}, std::string(found->hint), where);
  error.log_text = "postgresql " + std::string(state) + ": " + std::string(driver_text);
  return error;
}

Error error_of_result(const pg_result& failed, std::source_location where) {
  const std::string_view text(PQresultErrorMessage(&failed));
  Error error = error_of_state(field(failed, PG_DIAG_SQLSTATE), text, where);
  if (!field(failed, PG_DIAG_CONSTRAINT_NAME).empty() ||
      !field(failed, PG_DIAG_COLUMN_NAME).empty())
    name_columns(error, failed);
  return error;
}

Error connection_error(ErrorCode code, std::string_view driver_text, std::source_location where) {
  Error error(code,
              code == ErrorCode::connection_failed ? "Database connection error."
                                                   : "the connection to the database was lost",
              {}, "try again", where);
  error.log_text = "postgresql: " + std::string(driver_text);
  return error;
}

std::optional<CallRefusal> refusal_of(const Exchange& exchange) {
  if (!exchange.failed || exchange.state.empty()) return std::nullopt;
  for (const std::string_view hidden : {"08", "53", "55", "57", "58", "XX", "F0", "40", "26"})
    if (exchange.state.starts_with(hidden)) return std::nullopt;
  const PGresult& failed = *exchange.failed;
  return CallRefusal{.state = exchange.state,
                     .message = std::string(field(failed, PG_DIAG_MESSAGE_PRIMARY)),
                     .details = std::string(field(failed, PG_DIAG_MESSAGE_DETAIL)),
                     .hint = std::string(field(failed, PG_DIAG_MESSAGE_HINT))};
}

bool may_repeat(std::string_view state) {
  static constexpr auto states =
      std::to_array<std::string_view>({"40001", "40P01", "26000"});
  return std::ranges::find(states, state) != states.end();
}

}  // namespace trivet::store::postgres
