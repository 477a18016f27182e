// Connection: one SQLite handle, configured as the store needs it, and its prepared statements.
//
// Used by one thread at a time (SQLite takes no mutex); whoever holds one sees to that. Open ones
// have foreign keys on, our functions registered, and a deadline that interrupts long statements.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "store/sqlite/functions.h"
#include "store/sqlite/options.h"

struct sqlite3;
struct sqlite3_stmt;

namespace trivet::store::sqlite {

struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const;
};
using StatementPtr = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

// Resets on leaving, so that no read transaction or borrowed parameter outlives its use.
class StatementUse {
 public:
  explicit StatementUse(sqlite3_stmt* statement) : statement_(statement) {}
  ~StatementUse();
  StatementUse(const StatementUse&) = delete;
  StatementUse& operator=(const StatementUse&) = delete;

 private:
  sqlite3_stmt* statement_;
};

enum class Access : uint8_t { read, write };

class Connection {
 public:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] static result<std::unique_ptr<Connection>> open(const SqliteOptions& options,
                                                                Access access);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] sqlite3* db() const { return db_; }
  [[nodiscard]] result<StatementPtr> prepare(std::string_view sql);
  // Runs statements that give no rows.
  result<void> execute(const std::string& sql);
  // First column of the first row as an integer; 0 without a row.
  [[nodiscard]] result<int64_t> query_integer(const std::string& sql);

  // From now on a statement that runs past it is interrupted (57014).
  void set_deadline(Clock::time_point deadline) { deadline_ = deadline; }
  // And so is one that runs once `flag` is true, which must outlive the connection's use.
  void set_interrupt(const std::atomic<bool>& flag) { interrupt_ = &flag; }
  // How long to wait for other processes' locks.
  void set_busy_timeout(std::chrono::milliseconds timeout);
  [[nodiscard]] bool read_only() const;
  // Why the last call failed: what one of our functions said, else SQLite's error.
  [[nodiscard]] Error failure(std::source_location where = std::source_location::current());

 private:
  explicit Connection(sqlite3* db) : db_(db) {}
  result<void> configure(const SqliteOptions& options, Access access);
  static int on_progress(void* self);

  sqlite3* db_;
  FunctionContext functions_;
  Clock::time_point deadline_ = Clock::time_point::max();
  const std::atomic<bool>* interrupt_ = nullptr;
};

}  // namespace trivet::store::sqlite
