// A difference of two layouts as MariaDB's SQL, with Prisma's headings and quotes. Pure.
#pragma once

#include <string>
#include <string_view>

#include "store/sql/layout/layout_diff.h"

namespace trivet::store::mysql {

[[nodiscard]] std::string render_script(const sql::LayoutDiff& diff);

// SQL of the session's mode (ANSI_QUOTES, no escapes) as it is written for the server's usual one.
[[nodiscard]] std::string with_backticks(std::string_view sql);

}  // namespace trivet::store::mysql
