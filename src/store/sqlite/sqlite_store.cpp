#include "store/sqlite/sqlite_store.h"

#include <sqlite3.h>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <stop_token>
#include <utility>

#include "store/sqlite/cells.h"
#include "store/sqlite/read/reader_table.h"

namespace trivet::store::sqlite {

Capabilities sqlite_capabilities() {
  Capabilities capabilities;
  capabilities.store_name = "sqlite";
  capabilities.decimal_digits = decimal_digits;
  for (const Capability capability :
       {Capability::regex, Capability::text_search, Capability::json_path,
        Capability::json_containment, Capability::aggregates, Capability::transactions,
        Capability::foreign_keys, Capability::case_insensitive_like, Capability::upsert,
        Capability::encryption})
    capabilities.add(capability);
  return capabilities;
}

SqliteStore::SqliteStore(SqliteOptions options, net::Pool& pool, std::unique_ptr<Writer> writer)
    : options_(std::move(options)),
      capabilities_(sqlite_capabilities()),
      pool_(pool),
      writer_(std::move(writer)),
      readers_(std::make_unique<ReaderTable>(options_)) {}

SqliteStore::~SqliteStore() {
  // The writer goes last: its connection folds the log into the file.
  readers_->close_all();
}

result<std::unique_ptr<SqliteStore>> SqliteStore::open(SqliteOptions options, net::Pool& pool) {
  TRIVET_TRY(auto writer, Writer::open(options));
  options.missing = Missing::refuse;  // readers never create the file
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(options), pool, std::move(writer)));
}

result<Rows> SqliteStore::read_here(const Query& query, const Params& params, Deadline deadline) {
  TRIVET_TRY(Reader* const reader, readers_->mine());
  return reader->read(query, params, deadline);
}

result<void> SqliteStore::hold_snapshot_here() {
  TRIVET_TRY(Reader* const reader, readers_->mine());
  reader->connection().set_busy_timeout(options_.busy_timeout);
  // Beginning alone takes no snapshot: reading does.
  return reader->connection().execute("BEGIN; SELECT count(*) FROM sqlite_schema");
}

task<result<Rows>> SqliteStore::read(const Query& query, const Params& params, Deadline deadline) {
  if (query.cost == Cost::small) {
    const auto executor = co_await boost::asio::this_coro::executor;
    TRIVET_CO_TRY(Reader* const reader, readers_->mine());
    auto rows = reader->read_shared(query, params, deadline);
    // What is ready on this loop runs first, with the same snapshot.
    if (reader->must_schedule_end()) {
      boost::asio::post(executor, [weak = reader->weak_from_this()] {
        if (const auto alive = weak.lock()) alive->end_shared();
      });
    }
    // Another process has the file locked: wait for it elsewhere.
    if (rows || rows.error().code != ErrorCode::lock_not_available) co_return std::move(rows);
  }
  auto hopped = co_await pool_.run([=, this, &query, &params](std::stop_token gone) -> result<Rows> {
    // It may have waited long for a thread.
    if (gone.stop_requested() || Deadline::clock::now() > deadline)
      return fail(ErrorCode::query_canceled, "canceling statement due to statement timeout");
    TRIVET_TRY(Reader* const reader, readers_->mine());
    const std::stop_callback interrupt(
        gone, [db = reader->connection().db()] { sqlite3_interrupt(db); });
    reader->connection().set_busy_timeout(options_.busy_timeout);
    return reader->read(query, params, deadline);
  });
  if (!hopped) co_return std::unexpected(std::move(hopped).error());
  co_return std::move(*hopped);
}

void SqliteStore::interrupt_reads() { readers_->interrupt(); }

task<result<WriteResult>> SqliteStore::write(const Program& program, const Params& params,
                                             Deadline deadline) {
  return writer_->write(program, params, deadline);
}

task<result<void>> SqliteStore::ping(Deadline deadline) {
  auto hopped = co_await pool_.run([this, deadline]() -> result<void> {
    TRIVET_TRY(Reader* const reader, readers_->mine());
    reader->connection().set_deadline(deadline);
    return reader->connection().execute("SELECT count(*) FROM sqlite_schema");
  });
  if (!hopped) co_return std::unexpected(std::move(hopped).error());
  co_return std::move(*hopped);
}

}  // namespace trivet::store::sqlite
