#include "store/sqlite/errors.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>

namespace trivet::store::sqlite {

namespace {

struct Mapping {
  int code;  // extended, or primary for all of its extended codes
  ErrorCode error;
  std::string_view message;
  std::string_view hint;
};

// Extended codes come before their primary code: the first match wins.
constexpr auto mappings = std::to_array<Mapping>({
    {SQLITE_CONSTRAINT_UNIQUE, ErrorCode::unique_violation,
     "duplicate key value violates unique constraint", ""},
    {SQLITE_CONSTRAINT_PRIMARYKEY, ErrorCode::unique_violation,
     "duplicate key value violates unique constraint", ""},
    {SQLITE_CONSTRAINT_ROWID, ErrorCode::unique_violation,
     "duplicate key value violates unique constraint", ""},
    {SQLITE_CONSTRAINT_FOREIGNKEY, ErrorCode::foreign_key_violation,
     "the write violates a foreign key constraint", ""},
    {SQLITE_CONSTRAINT_TRIGGER, ErrorCode::foreign_key_violation,
     "the write violates a foreign key constraint", ""},
    {SQLITE_CONSTRAINT_NOTNULL, ErrorCode::not_null_violation,
     "null value violates not-null constraint", ""},
    {SQLITE_CONSTRAINT_CHECK, ErrorCode::check_violation, "new row violates check constraint", ""},
    {SQLITE_CONSTRAINT_DATATYPE, ErrorCode::datatype_mismatch,
     "the value has the wrong type for its column", ""},
    {SQLITE_CONSTRAINT, ErrorCode::check_violation, "new row violates a constraint", ""},
    {SQLITE_BUSY_SNAPSHOT, ErrorCode::serialization_failure,
     "could not serialize access due to concurrent update", "run it again"},
    {SQLITE_BUSY, ErrorCode::lock_not_available, "the database is locked by another process",
     "stop the other process, or try again"},
    {SQLITE_LOCKED, ErrorCode::lock_not_available, "the database is locked", "try again"},
    {SQLITE_INTERRUPT, ErrorCode::query_canceled, "canceling statement due to statement timeout",
     ""},
    {SQLITE_READONLY_DBMOVED, ErrorCode::read_only,
     "the database file was moved or deleted while in use", "put it back and restart"},
    {SQLITE_READONLY, ErrorCode::read_only, "the database is read-only",
     "check the permissions of the file and its folder, and that the disk is mounted for writing"},
    {SQLITE_FULL, ErrorCode::disk_full, "the disk is full",
     "free some space: nothing of this request was written"},
    {SQLITE_NOMEM, ErrorCode::out_of_memory, "out of memory", ""},
    {SQLITE_IOERR_NOMEM, ErrorCode::out_of_memory, "out of memory", ""},
    {SQLITE_IOERR_CORRUPTFS, ErrorCode::data_corrupted, "the file system reports damage",
     "restore a backup"},
    {SQLITE_IOERR, ErrorCode::io_error, "the disk reported an error",
     "see the log and check the disk"},
    {SQLITE_CORRUPT, ErrorCode::data_corrupted, "the database file is damaged", "restore a backup"},
    {SQLITE_NOTADB, ErrorCode::data_corrupted, "the file is encrypted or not an SQLite database",
     "set [database] key to its key, or url to another file"},
    {SQLITE_CANTOPEN, ErrorCode::store_lost, "the database file can't be opened",
     "check [database] url and its permissions"},
    {SQLITE_PERM, ErrorCode::permission_denied, "permission denied by the file system", ""},
    {SQLITE_AUTH, ErrorCode::permission_denied, "permission denied", ""},
    {SQLITE_TOOBIG, ErrorCode::program_limit_exceeded,
     "a value or statement is too large for the database", ""},
    {SQLITE_MISMATCH, ErrorCode::datatype_mismatch, "the value has the wrong type for its column",
     ""},
    {SQLITE_RANGE, ErrorCode::internal, "internal error", ""},
    {SQLITE_NOLFS, ErrorCode::io_error, "the file system can't hold a file of this size", ""},
    {SQLITE_PROTOCOL, ErrorCode::lock_not_available, "the database is locked by another process",
     "try again"},
    {SQLITE_SCHEMA, ErrorCode::serialization_failure, "the database's tables changed meanwhile",
     "run it again"},
    {SQLITE_ABORT, ErrorCode::internal, "internal error", ""},
    {SQLITE_MISUSE, ErrorCode::internal, "internal error", ""},
    {SQLITE_INTERNAL, ErrorCode::internal, "internal error", ""},
    {SQLITE_ERROR, ErrorCode::internal, "internal error", "see the log"},
});

}  // namespace

Error error_of_code(int extended, std::string_view driver_text, std::source_location where) {
  const auto found = std::ranges::find_if(mappings, [&](const Mapping& m) {
    return m.code == extended || m.code == (extended & 0xff);
  });
  Error error =
      found == mappings.end()
          ? Error(ErrorCode::internal, "internal error", {}, "see the log", where)
          : Error(found->error, std::string(found->message), {}, std::string(found->hint), where);
  error.log_text = "sqlite " + std::to_string(extended) + ": " + std::string(driver_text);
  return error;
}

Error last_error(sqlite3* db, std::source_location where) {
  return error_of_code(sqlite3_extended_errcode(db), sqlite3_errmsg(db), where);
}

bool is_constraint_violation(int extended) { return (extended & 0xff) == SQLITE_CONSTRAINT; }

}  // namespace trivet::store::sqlite
