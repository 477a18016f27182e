// Session: one blocking connection, for tools that look at a database or change its tables.
//
// One thread. Errors carry the server's words in the log text, and in the details, as they are for
// the operator and never for a client.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/changes/wake.h"
#include "store/postgres/options.h"

struct pg_conn;

namespace trivet::store::postgres {

using TextRow = std::vector<std::string>;  // null is empty

class Session {
 public:
  // Of the database that the options say, or of another one of that server.
  [[nodiscard]] static result<std::unique_ptr<Session>> open(const PostgresOptions& options,
                                                             const std::string& database = {});
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // One statement; all its rows.
  [[nodiscard]] result<std::vector<TextRow>> query(const std::string& sql,
                                                   const std::vector<std::string>& values = {});
  [[nodiscard]] result<int64_t> query_integer(const std::string& sql);
  // The same, given up after `time`: then the session is of no more use. `wake` ends no wait for longer than that.
  [[nodiscard]] result<int64_t> query_integer_within(const std::string& sql, std::chrono::milliseconds time, Wake& wake);
  result<void> execute(const std::string& sql);
  // Of the connection, to wait for what the server says by itself; and takes that off, unread.
  [[nodiscard]] int socket() const;
  result<void> drop_notices();
  [[nodiscard]] bool is_in_transaction() const;  // also in one that failed

 private:
  explicit Session(pg_conn* connection) : connection_(connection) {}

  pg_conn* connection_;
};

}  // namespace trivet::store::postgres
