// Who decides what a caller may: the schema's rules, or the database itself by roles, grants and row security.
#pragma once

#include <cstdint>

#include "store/session.h"

namespace trivet::engine {

enum class Authority : uint8_t { rules, database };

// A database that decides. Both outlive who uses them, and are the same database.
struct DecidingDatabase {
  store::Store& store;
  store::SessionStore& sessions;
};

}  // namespace trivet::engine
