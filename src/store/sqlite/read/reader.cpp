#include "store/sqlite/read/reader.h"

#include <sqlite3.h>

#include "store/sqlite/errors.h"

namespace trivet::store::sqlite {

namespace {

// Keeps the scratch of a large request from staying for ever.
constexpr size_t scratch_keep_bytes = 256 * 1024;

}  // namespace

result<std::shared_ptr<Reader>> Reader::open(const SqliteOptions& options) {
  TRIVET_TRY(auto connection, Connection::open(options, Access::read));
  TRIVET_TRY(auto snapshot, Snapshot::make(*connection));
  return std::shared_ptr<Reader>(
      new Reader(std::move(connection), std::move(snapshot), options.statements_max));
}

result<Rows> Reader::read_shared(const Query& query, const Params& params, Deadline deadline) {
  if (snapshot_) TRIVET_CHECK(snapshot_->renew());
  return read(query, params, deadline);
}

void Reader::end_shared() {
  end_scheduled_ = false;
  if (snapshot_) snapshot_->end();
}

bool Reader::must_schedule_end() {
  if (end_scheduled_ || !snapshot_ || !snapshot_->is_open()) return false;
  end_scheduled_ = true;
  return true;
}

result<Rows> Reader::read(const Query& query, const Params& params, Deadline deadline) {
  connection_->set_deadline(deadline);
  if (query.id == 0) {
    TRIVET_TRY(const PreparedQuery prepared, PreparedQuery::make(*connection_, query));
    return run(prepared, query, params);
  }
  const PreparedQuery* prepared = queries_.find(query.id);
  if (prepared == nullptr) {
    TRIVET_TRY(PreparedQuery made, PreparedQuery::make(*connection_, query));
    prepared = queries_.add(query.id, std::move(made));
  }
  return run(*prepared, query, params);
}

result<Rows> Reader::run(const PreparedQuery& prepared, const Query& query, const Params& params) {
  result<Rows> rows(std::in_place);
  Sources sources{.params = params.values};
  std::optional<StatementUse> counting;
  if (query.count) {
    // Stepped to its row but not to its end: the open statement holds the snapshot for the rows
    // that follow.
    counting.emplace(prepared.count->get());
    if (prepared.count->bind(sources, scratch_) != SQLITE_OK ||
        sqlite3_step(prepared.count->get()) != SQLITE_ROW)
      return std::unexpected(connection_->failure());
    rows->total = sqlite3_column_int64(prepared.count->get(), 0);
  }
  PreparedLevel::Run run{*connection_, sources, rows->arena, scratch_, stack_};
  auto batch = prepared.root.read(run);
  if (scratch_.bytes_reserved() > scratch_keep_bytes)
    scratch_ = Arena();
  else
    scratch_.clear();
  if (stack_.capacity() > scratch_keep_bytes) stack_ = {};
  if (!batch) return std::unexpected(std::move(batch).error());
  rows->batch = *batch;
  return rows;
}

}  // namespace trivet::store::sqlite
