// MariaDB's error numbers → our errors. Pure.
#pragma once

#include <source_location>
#include <string_view>

#include "base/error.h"

namespace trivet::store::mysql {

// The public texts are ours: the server's go to the log.
[[nodiscard]] Error error_of_number(unsigned number, std::string_view driver_text,
                                    std::source_location where = std::source_location::current());

[[nodiscard]] Error connection_error(ErrorCode code, std::string_view driver_text,
                                     std::source_location where = std::source_location::current());

// The server undid the transaction and may do better the next time: a deadlock, a row that changed
// since the snapshot.
[[nodiscard]] bool may_repeat(unsigned number);
// The session is gone, or was never there.
[[nodiscard]] bool is_lost(unsigned number);

}  // namespace trivet::store::mysql
