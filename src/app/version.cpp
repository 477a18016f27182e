#include "app/version.h"

#include <sqlite3.h>

namespace trivet::app {

std::string_view version() { return TRIVET_VERSION; }
std::string_view sqlite_version() { return sqlite3_libversion(); }

}  // namespace trivet::app
