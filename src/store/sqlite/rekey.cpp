#include "store/sqlite/rekey.h"

#include <sqlite3.h>

#include "store/sqlite/connection.h"

namespace trivet::store::sqlite {

result<void> rekey_database(const SqliteOptions& options, const std::string& new_key) {
  SqliteOptions present = options;
  present.missing = Missing::refuse;
  TRIVET_TRY(const auto connection, Connection::open(present, Access::write));
  if (connection->read_only())
    return fail(ErrorCode::read_only, "the database is read-only", {},
                "check the permissions of the file and its folder");
  // A log can't be rewritten with the file: leave WAL mode, which also needs the file to be ours
  // alone.
  connection->set_busy_timeout(options.busy_timeout);
  TRIVET_CHECK(connection->execute("PRAGMA mmap_size = 0; PRAGMA locking_mode = EXCLUSIVE"));
  TRIVET_CHECK(connection->execute("PRAGMA journal_mode = DELETE"));
  const int code =
      sqlite3_rekey(connection->db(), new_key.data(), static_cast<int>(new_key.size()));
  if (code != SQLITE_OK) return std::unexpected(connection->failure());
  TRIVET_CHECK(connection->execute("SELECT count(*) FROM sqlite_schema"));
  return connection->execute("PRAGMA journal_mode = WAL");
}

}  // namespace trivet::store::sqlite
