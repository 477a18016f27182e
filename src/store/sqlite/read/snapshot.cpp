#include "store/sqlite/read/snapshot.h"

#include <sqlite3.h>

namespace trivet::store::sqlite {

namespace {

// Of the first block of the index, by the file format.
constexpr int index_block_bytes = 32768;

const uint64_t* map_index(sqlite3* db) {
  sqlite3_file* file = nullptr;
  if (sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK)
    return nullptr;
  if (file == nullptr || file->pMethods == nullptr || file->pMethods->iVersion < 2) return nullptr;
  volatile void* mapped = nullptr;
  const int code = file->pMethods->xShmMap(file, 0, index_block_bytes, 0, &mapped);
  if (code != SQLITE_OK && code != SQLITE_READONLY) return nullptr;
  return static_cast<const uint64_t*>(const_cast<const void*>(mapped));
}

int run(sqlite3_stmt* statement) {
  const int code = sqlite3_step(statement);
  sqlite3_reset(statement);
  return code;
}

}  // namespace

result<std::optional<Snapshot>> Snapshot::make(Connection& connection) {
  const uint64_t* index = map_index(connection.db());
  if (index == nullptr) return std::nullopt;
  TRIVET_TRY(StatementPtr begin, connection.prepare("BEGIN"));
  TRIVET_TRY(StatementPtr end, connection.prepare("COMMIT"));
  return Snapshot(connection, index, std::move(begin), std::move(end));
}

// Another thread's SQLite writes these words plainly, as its readers read them: a half-written
// header differs from every whole one that was seen, so it counts as changed.
#if defined(__SANITIZE_THREAD__)
__attribute__((no_sanitize("thread")))
#endif
Snapshot::Header
Snapshot::header() const {
  Header words;
  for (size_t i = 0; i < header_words; ++i)
    words[i] = __atomic_load_n(index_ + i, __ATOMIC_ACQUIRE);
  return words;
}

bool Snapshot::is_open() const { return sqlite3_get_autocommit(connection_->db()) == 0; }

result<void> Snapshot::renew() {
  // Before beginning: a commit in between makes the next read begin anew, and never an old one seem
  // new.
  const Header now = header();
  if (is_open()) {
    if (now == seen_) return {};
    end();
  }
  if (run(begin_.get()) != SQLITE_DONE) return std::unexpected(connection_->failure());
  seen_ = now;
  return {};
}

void Snapshot::end() {
  if (!is_open()) return;
  if (run(end_.get()) != SQLITE_DONE)
    sqlite3_exec(connection_->db(), "ROLLBACK", nullptr, nullptr, nullptr);
}

}  // namespace trivet::store::sqlite
