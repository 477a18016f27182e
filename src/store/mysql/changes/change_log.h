// The log of changes on MariaDB: triggers of rows, and a reader that looks again and again.
#pragma once

#include <memory>

#include "store/changes/changes.h"
#include "store/mysql/options.h"

namespace trivet::store::mysql {

// Makes what the schema's @@realtime models need and takes away what none needs any more; changes nothing that is right
// already. Of several processes that start at once one makes it.
result<void> prepare_changes(const MysqlOptions& options, const schema::Schema& schema);

// Connects when it is first asked.
[[nodiscard]] std::unique_ptr<ChangeLog> open_change_log(const MysqlOptions& options);

}  // namespace trivet::store::mysql
