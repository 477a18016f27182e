#include "store/sqlite/connection.h"

#include <sqlite3.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "store/sqlite/errors.h"
#include "store/sqlite/functions.h"

namespace trivet::store::sqlite {

namespace {

// Instructions between two looks at the clock: some 20 µs of work.
constexpr int progress_interval = 2000;

enum class FileForm : uint8_t { absent, empty, plain, other };

FileForm form_of(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return FileForm::absent;
  std::ifstream file(path, std::ios::binary);
  std::array<char, 16> header{};
  file.read(header.data(), header.size());
  if (file.gcount() == 0) return FileForm::empty;
  const bool plain = file.gcount() == 16 && std::memcmp(header.data(), "SQLite format 3", 16) == 0;
  return plain ? FileForm::plain : FileForm::other;
}

Error open_failure(const SqliteOptions& options, FileForm form, Error error) {
  if (error.code == ErrorCode::data_corrupted && form == FileForm::other) {
    error.code = ErrorCode::bad_config;
    error.message =
        options.key.empty()
            ? "\"" + options.path + "\" is encrypted, or not an SQLite database"
            : "the key does not open \"" + options.path + "\", or it is not an SQLite database";
    error.hint =
        options.key.empty()
            ? "set [database] key (TRIVET_DATABASE_KEY) to its key, or url to another file"
            : "check [database] key; without the right key the data can't be read";
  } else if (error.code == ErrorCode::store_lost) {
    error.message = "can't open the database \"" + options.path + "\"";
  }
  return error;
}

result<void> check_form(const SqliteOptions& options, FileForm form) {
  if (form == FileForm::absent && options.missing == Missing::refuse)
    return fail(ErrorCode::file_error, "there is no database \"" + options.path + "\"", {},
                "create it with trivet db push");
  if (form == FileForm::plain && !options.key.empty())
    return fail(ErrorCode::bad_config,
                "\"" + options.path + "\" is not encrypted, but a key is given", {},
                "encrypt it with trivet db rekey, or remove [database] key");
  return {};
}

}  // namespace

void FinalizeStatement::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

StatementUse::~StatementUse() { sqlite3_reset(statement_); }

result<std::unique_ptr<Connection>> Connection::open(const SqliteOptions& options, Access access) {
  const FileForm form = form_of(options.path);
  TRIVET_CHECK(check_form(options, form));
  sqlite3* db = nullptr;
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (access == Access::write && options.missing == Missing::create) flags |= SQLITE_OPEN_CREATE;
  const int code = sqlite3_open_v2(options.path.c_str(), &db, flags, nullptr);
  // Owns the handle also if opening failed.
  std::unique_ptr<Connection> connection(new Connection(db));
  if (code != SQLITE_OK)
    return std::unexpected(open_failure(
        options, form, db == nullptr ? error_of_code(SQLITE_NOMEM, "") : last_error(db)));
  if (auto configured = connection->configure(options, access); !configured)
    return std::unexpected(open_failure(options, form, std::move(configured).error()));
  return connection;
}

Connection::~Connection() { sqlite3_close_v2(db_); }

int Connection::on_progress(void* self) {
  const auto* connection = static_cast<const Connection*>(self);
  const std::atomic<bool>* interrupt = connection->interrupt_;
  if (interrupt != nullptr && interrupt->load(std::memory_order_relaxed)) return 1;
  return Clock::now() > connection->deadline_ ? 1 : 0;
}

result<void> Connection::configure(const SqliteOptions& options, Access access) {
  if (!options.key.empty() &&
      sqlite3_key(db_, options.key.data(), static_cast<int>(options.key.size())) != SQLITE_OK)
    return std::unexpected(last_error(db_));
  // Plans must not depend on bound values: without this guarantee SQLite prepares a statement with
  // `LIMIT ?` again each time that another value is bound.
  sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_QPSG, 1, nullptr);
  // Several processes may open a file at once, of which one makes the log.
  set_busy_timeout(options.busy_timeout);
  // The first access to the file: a wrong key or a foreign file shows here.
  TRIVET_CHECK(execute("SELECT count(*) FROM sqlite_schema"));
  if (access == Access::write && !read_only()) {
    TRIVET_CHECK(execute(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = " +
        std::to_string(options.checkpoint_pages)));
  } else {
    TRIVET_CHECK(execute("PRAGMA query_only = 1"));
  }
  TRIVET_CHECK(execute("PRAGMA foreign_keys = 1; PRAGMA cache_size = -" +
                       std::to_string(options.cache_kib)));
  if (options.key.empty())
    TRIVET_CHECK(execute("PRAGMA mmap_size = " + std::to_string(options.mmap_bytes)));
  TRIVET_CHECK(register_functions(db_, functions_));
  sqlite3_progress_handler(db_, progress_interval, &Connection::on_progress, this);
  // Readers sit on event loops: from here on they don't wait for other processes unless told to.
  if (access == Access::read) set_busy_timeout(options.read_busy_timeout);
  return {};
}

void Connection::set_busy_timeout(std::chrono::milliseconds timeout) {
  sqlite3_busy_timeout(db_, static_cast<int>(timeout.count()));
}

bool Connection::read_only() const { return sqlite3_db_readonly(db_, "main") == 1; }

Error Connection::failure(std::source_location where) {
  const int code = sqlite3_extended_errcode(db_);
  if (functions_.failure && (code & 0xff) == SQLITE_ERROR) {
    Error error = std::move(*functions_.failure);
    functions_.failure.reset();
    return error;
  }
  // A quota or a file size limit is a full disk to whoever has to act on it.
  const int cause = (code & 0xff) == SQLITE_IOERR ? sqlite3_system_errno(db_) : 0;
  if (cause == EFBIG || cause == EDQUOT || cause == ENOSPC)
    return error_of_code(SQLITE_FULL, sqlite3_errmsg(db_), where);
  return error_of_code(code, sqlite3_errmsg(db_), where);
}

result<StatementPtr> Connection::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) {
    Error error = last_error(db_);
    error.log_text += " in: " + std::string(sql);
    if (code == SQLITE_ERROR && error.log_text.find("no such table") != std::string::npos) {
      error.code = ErrorCode::undefined_table;
      error.message = "the database lacks a table that the schema has";
      error.hint = "bring it up to date with trivet db push";
    } else if (code == SQLITE_ERROR && error.log_text.find("no such column") != std::string::npos) {
      error.code = ErrorCode::undefined_column;
      error.message = "the database lacks a column that the schema has";
      error.hint = "bring it up to date with trivet db push";
    } else if (code == SQLITE_ERROR && error.log_text.find("too large") != std::string::npos) {
      error.code = ErrorCode::too_complex;
      error.message = "the request is too complex for the database";
    }
    return std::unexpected(std::move(error));
  }
  return StatementPtr(statement);
}

result<void> Connection::execute(const std::string& sql) {
  if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  Error error = failure();
  error.log_text += " in: " + sql.substr(0, 500);
  return std::unexpected(std::move(error));
}

result<int64_t> Connection::query_integer(const std::string& sql) {
  TRIVET_TRY(const StatementPtr statement, prepare(sql));
  const int code = sqlite3_step(statement.get());
  if (code == SQLITE_DONE) return 0;
  if (code != SQLITE_ROW) return std::unexpected(failure());
  return sqlite3_column_int64(statement.get(), 0);
}

}  // namespace trivet::store::sqlite
