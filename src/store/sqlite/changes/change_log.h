// The log of changes on SQLite: triggers of rows, and a reader that looks again and again.
#pragma once

#include <memory>

#include "store/changes/changes.h"
#include "store/sqlite/options.h"

namespace trivet::store::sqlite {

// Makes what the schema's @@realtime models need and takes away what none needs any more; changes nothing that is right
// already.
result<void> prepare_changes(const SqliteOptions& options, const schema::Schema& schema);

// Opens the file when it is first asked.
[[nodiscard]] std::unique_ptr<ChangeLog> open_change_log(const SqliteOptions& options);

}  // namespace trivet::store::sqlite
