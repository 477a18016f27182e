// A lock between processes of one machine: an flock on a file of its own beside the database.
// A process that dies lets go of it; the file goes with its last holder.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/error.h"
#include "store/sql/layout/migration_target.h"

namespace trivet::store::sqlite {

// Waits at most so long: lock_not_available then.
[[nodiscard]] result<std::unique_ptr<sql::MigrationLock>> lock_file(const std::string& path,
                                                                    std::chrono::seconds wait);

}  // namespace trivet::store::sqlite
