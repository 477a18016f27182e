#include "store/mysql/errors.h"

#include <errmsg.h>
#include <mysqld_error.h>

#include <algorithm>
#include <array>
#include <string>

namespace trivet::store::mysql {

namespace {

struct Mapping {
  unsigned number;
  ErrorCode error;
  std::string_view message;
  std::string_view hint;
};

constexpr std::string_view bring_up = "bring the database's tables up to the schema";

// MariaDB 10.11, mysqld_error.h, and the client's own numbers, errmsg.h.
constexpr auto mappings = std::to_array<Mapping>({
    {ER_DUP_ENTRY, ErrorCode::unique_violation, "duplicate key value violates unique constraint", ""},
    {ER_DUP_ENTRY_WITH_KEY_NAME, ErrorCode::unique_violation,
     "duplicate key value violates unique constraint", ""},
    {ER_DUP_KEY, ErrorCode::unique_violation, "duplicate key value violates unique constraint", ""},
    {ER_FOREIGN_DUPLICATE_KEY_WITH_CHILD_INFO, ErrorCode::unique_violation,
     "duplicate key value violates unique constraint", ""},
    {ER_FOREIGN_DUPLICATE_KEY_WITHOUT_CHILD_INFO, ErrorCode::unique_violation,
     "duplicate key value violates unique constraint", ""},
    {ER_NO_REFERENCED_ROW_2, ErrorCode::foreign_key_violation,
     "the write violates a foreign key constraint", ""},
    {ER_NO_REFERENCED_ROW, ErrorCode::foreign_key_violation,
     "the write violates a foreign key constraint", ""},
    {ER_ROW_IS_REFERENCED_2, ErrorCode::foreign_key_violation,
     "the write violates a foreign key constraint", ""},
    {ER_ROW_IS_REFERENCED, ErrorCode::foreign_key_violation,
     "the write violates a foreign key constraint", ""},
    {ER_BAD_NULL_ERROR, ErrorCode::not_null_violation, "null value violates not-null constraint", ""},
    {ER_NO_DEFAULT_FOR_FIELD, ErrorCode::not_null_violation,
     "null value violates not-null constraint", ""},
    {ER_CONSTRAINT_FAILED, ErrorCode::check_violation, "new row violates a constraint", ""},
    {ER_VIEW_CHECK_FAILED, ErrorCode::check_violation, "new row violates check option for view", ""},
    {ER_SIGNAL_EXCEPTION, ErrorCode::check_violation, "the database refused the write", ""},
    {ER_DATA_TOO_LONG, ErrorCode::text_too_long, "value too long for its column", ""},
    {ER_WARN_DATA_OUT_OF_RANGE, ErrorCode::number_out_of_range, "number out of range", ""},
    {ER_DATA_OUT_OF_RANGE, ErrorCode::number_out_of_range, "number out of range", ""},
    {ER_DIVISION_BY_ZERO, ErrorCode::division_by_zero, "division by zero", ""},
    {ER_TRUNCATED_WRONG_VALUE, ErrorCode::bad_text_representation,
     "invalid input syntax for the type", ""},
    {ER_TRUNCATED_WRONG_VALUE_FOR_FIELD, ErrorCode::bad_text_representation,
     "invalid input syntax for the type", ""},
    {WARN_DATA_TRUNCATED, ErrorCode::bad_text_representation, "invalid input syntax for the type",
     ""},
    {ER_DATETIME_FUNCTION_OVERFLOW, ErrorCode::datetime_out_of_range, "date or time out of range",
     ""},
    {ER_REGEXP_ERROR, ErrorCode::bad_regex, "invalid regular expression", ""},
    {ER_JSON_SYNTAX, ErrorCode::bad_text_representation, "invalid input syntax for type json", ""},
    {ER_JSON_BAD_CHR, ErrorCode::bad_text_representation, "invalid input syntax for type json", ""},
    {ER_JSON_EOS, ErrorCode::bad_text_representation, "invalid input syntax for type json", ""},
    {ER_CUT_VALUE_GROUP_CONCAT, ErrorCode::program_limit_exceeded,
     "the embedded rows of one row are too many for the database", "ask for fewer of them"},
    {ER_WARN_ALLOWED_PACKET_OVERFLOWED, ErrorCode::program_limit_exceeded,
     "the embedded rows of one row are too many for the database",
     "ask for fewer of them, or raise max_allowed_packet"},
    {ER_NET_PACKET_TOO_LARGE, ErrorCode::program_limit_exceeded,
     "a value or statement is too large for the database", "raise max_allowed_packet"},
    {CR_NET_PACKET_TOO_LARGE, ErrorCode::program_limit_exceeded,
     "a value or statement is too large for the database", "raise max_allowed_packet"},
    {ER_TOO_BIG_ROWSIZE, ErrorCode::program_limit_exceeded,
     "a value or statement is too large for the database", ""},
    {ER_STACK_OVERRUN_NEED_MORE, ErrorCode::too_complex,
     "the request is too complex for the database", ""},
    {ER_PS_MANY_PARAM, ErrorCode::too_complex, "the request has too many values for the database",
     "send fewer at a time"},
    {ER_NO_SUCH_TABLE, ErrorCode::undefined_table, "a table of the schema is missing in the database",
     bring_up},
    {ER_BAD_FIELD_ERROR, ErrorCode::undefined_column,
     "a column of the schema is missing in the database", bring_up},
    {ER_LOCK_DEADLOCK, ErrorCode::serialization_failure,
     "could not serialize access due to concurrent update", "run it again"},
    {ER_CHECKREAD, ErrorCode::serialization_failure,
     "could not serialize access due to concurrent update", "run it again"},
    {ER_LOCK_WAIT_TIMEOUT, ErrorCode::lock_not_available, "the rows are locked by another process",
     "try again"},
    {ER_STATEMENT_TIMEOUT, ErrorCode::query_canceled,
     "canceling statement due to statement timeout", ""},
    {ER_QUERY_INTERRUPTED, ErrorCode::query_canceled,
     "canceling statement due to statement timeout", ""},
    {ER_DISK_FULL, ErrorCode::disk_full, "the database's disk is full",
     "free some space: nothing of this request was written"},
    {ER_RECORD_FILE_FULL, ErrorCode::disk_full, "the database's disk is full",
     "free some space: nothing of this request was written"},
    {ER_OUT_OF_RESOURCES, ErrorCode::out_of_memory, "the database is out of memory", ""},
    {ER_MAX_PREPARED_STMT_COUNT_REACHED, ErrorCode::out_of_memory,
     "the database has too many prepared statements", "raise max_prepared_stmt_count"},
    {ER_WARNING_NOT_COMPLETE_ROLLBACK, ErrorCode::internal,
     "a table of the database has no transactions: what was written stays",
     "make it an InnoDB table"},
    {ER_DATA_OVERFLOW, ErrorCode::number_out_of_range, "number out of range", ""},
    {ER_OUTOFMEMORY, ErrorCode::out_of_memory, "the database is out of memory", ""},
    {ER_OPTION_PREVENTS_STATEMENT, ErrorCode::read_only, "the database is read-only", ""},
    {ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION, ErrorCode::read_only, "the database is read-only", ""},
    {ER_TABLEACCESS_DENIED_ERROR, ErrorCode::permission_denied, "permission denied by the database",
     ""},
    {ER_COLUMNACCESS_DENIED_ERROR, ErrorCode::permission_denied, "permission denied by the database",
     ""},
    {ER_ACCESS_DENIED_ERROR, ErrorCode::connection_failed, "the database refused the user",
     "check the user and password in [database] url"},
    {ER_DBACCESS_DENIED_ERROR, ErrorCode::connection_failed, "the database refused the user",
     "check the user and password in [database] url"},
    {ER_BAD_DB_ERROR, ErrorCode::connection_failed, "the database doesn't exist",
     "check [database] url"},
    {ER_CON_COUNT_ERROR, ErrorCode::connection_failed, "the database has too many connections",
     "lower [database] connections, or raise max_connections"},
    {ER_TOO_MANY_USER_CONNECTIONS, ErrorCode::connection_failed,
     "the database has too many connections",
     "lower [database] connections, or raise max_user_connections"},
    {ER_CRASHED_ON_USAGE, ErrorCode::data_corrupted, "the database's data is damaged",
     "restore a backup"},
    {ER_NOT_KEYFILE, ErrorCode::data_corrupted, "an index of the database is damaged",
     "rebuild the index"},
});

constexpr auto lost_numbers = std::to_array<unsigned>(
    {CR_SERVER_GONE_ERROR, CR_SERVER_LOST, CR_SERVER_LOST_EXTENDED, CR_CONNECTION_ERROR,
     CR_CONN_HOST_ERROR, CR_SOCKET_CREATE_ERROR, CR_UNKNOWN_ERROR, CR_COMMANDS_OUT_OF_SYNC,
     CR_MALFORMED_PACKET, CR_SSL_CONNECTION_ERROR, ER_SERVER_SHUTDOWN, ER_CONNECTION_KILLED,
     ER_NEW_ABORTING_CONNECTION, ER_NET_READ_ERROR, ER_NET_READ_INTERRUPTED, ER_NET_ERROR_ON_WRITE,
     ER_NET_WRITE_INTERRUPTED, ER_NORMAL_SHUTDOWN});

}  // namespace

bool is_lost(unsigned number) { return std::ranges::find(lost_numbers, number) != lost_numbers.end(); }

Error error_of_number(unsigned number, std::string_view driver_text, std::source_location where) {
  const auto found = std::ranges::find(mappings, number, &Mapping::number);
  if (found == mappings.end() && is_lost(number))
    return connection_error(ErrorCode::store_lost, driver_text, where);
  Error error =
      found == mappings.end()
          ? Error(ErrorCode::internal, "internal error", {}, "see the log", where)
          : Error(found->error, std::string(found->message), {}, std::string(found->hint), where);
  error.log_text = "mysql " + std::to_string(number) + ": " + std::string(driver_text);
  return error;
}

Error connection_error(ErrorCode code, std::string_view driver_text, std::source_location where) {
  Error error(code,
              code == ErrorCode::connection_failed ? "Database connection error."
                                                   : "the connection to the database was lost",
              {}, "try again", where);
  error.log_text = "mysql: " + std::string(driver_text);
  return error;
}

bool may_repeat(unsigned number) { return number == ER_LOCK_DEADLOCK || number == ER_CHECKREAD; }

}  // namespace trivet::store::mysql
