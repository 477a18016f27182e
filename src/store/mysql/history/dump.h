// Everything of a database but its rows, as a script that makes it again: also what a layout
// doesn't describe (checks, views, triggers). Reads only.
//
// Left out: functions, procedures, events, sequences and rights.
#pragma once

#include <string>

#include "base/error.h"
#include "store/mysql/layout/session.h"

namespace trivet::store::mysql {

[[nodiscard]] result<std::string> dump_layout(Session& session);

}  // namespace trivet::store::mysql
