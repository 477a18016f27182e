// Session: one blocking connection, for tools that look at a database or change its tables.
//
// One thread. Errors carry the server's words in the log text, and in the details, as they are for
// the operator and never for a client.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/mysql/handle.h"
#include "store/mysql/options.h"

namespace trivet::store::mysql {

using TextRow = std::vector<std::string>;  // null is empty

class Session {
 public:
  [[nodiscard]] static result<std::unique_ptr<Session>> open(const MysqlOptions& options);

  // One statement; all its rows.
  [[nodiscard]] result<std::vector<TextRow>> query(const std::string& sql);
  [[nodiscard]] result<int64_t> query_integer(const std::string& sql);
  result<void> execute(const std::string& sql);
  // Statements as the server parts them, one after the other; `done` counts those that ended well.
  result<void> run_script(const std::string& script, size_t& done);
  // Its settings and locks are those of a new session; then those that open() makes.
  result<void> reset();
  // The server's number of the last error.
  [[nodiscard]] unsigned last_number() const;

 private:
  explicit Session(Handle handle) : handle_(std::move(handle)) {}
  [[nodiscard]] std::unexpected<Error> failure() const;

  Handle handle_;
};

}  // namespace trivet::store::mysql
