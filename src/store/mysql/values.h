// Values ↔ libmariadb's buffers of the binary protocol. For connections.
#pragma once

#include <mysql.h>

#include <deque>
#include <span>
#include <vector>

#include "base/error.h"
#include "store/mysql/command.h"
#include "value/arena.h"
#include "value/type.h"

namespace trivet::store::mysql {

// The parameters of one run; texts stay views of the values.
class ParameterBuffer {
 public:
  // Errors: what MariaDB can't hold: 22003 (NaN, infinity), 22008 (years beyond 0001 to 9999).
  result<void> fill(std::span<const Value> values);
  [[nodiscard]] MYSQL_BIND* bindings() { return bindings_.data(); }

 private:
  result<void> moment(MYSQL_BIND& binding, Value value);

  std::vector<MYSQL_BIND> bindings_;
  std::deque<int64_t> integers_;
  std::deque<double> floatings_;
  std::deque<MYSQL_TIME> times_;
};

// The rows of a result that the client holds whole.
[[nodiscard]] result<void> fetch_rows(MYSQL_STMT& statement, std::span<const Type> columns,
                                      Arena& arena, Answer& answer);

// A value from the text that SQL makes of it (read/select.h). Copied into the arena where it is text.
[[nodiscard]] result<Value> parse_value(std::string_view text, Type type, Arena& arena);

}  // namespace trivet::store::mysql
