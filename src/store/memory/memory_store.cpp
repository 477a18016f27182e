#include "store/memory/memory_store.h"

#include <utility>

#include "store/memory/reader.h"
#include "store/memory/writer.h"

namespace trivet::store::memory {

MemoryStore::MemoryStore(std::shared_ptr<const schema::Schema> schema) {
  capabilities_.store_name = "memory";
  capabilities_.decimal_digits = 1000;
  for (Capability capability :
       {Capability::regex, Capability::text_search, Capability::json_path,
        Capability::json_containment, Capability::lists, Capability::aggregates,
        Capability::transactions, Capability::foreign_keys, Capability::case_insensitive_like,
        Capability::upsert})
    capabilities_.add(capability);
  auto database = std::make_shared<Database>();
  database->tables.resize(schema->models.size());
  database->joins.resize(schema->relations.size());
  database->schema = std::move(schema);
  database_ = std::move(database);
}

std::shared_ptr<const Database> MemoryStore::snapshot() const {
  const std::lock_guard lock(swapping_);
  return database_;
}

result<Rows> MemoryStore::read_now(const Query& query, const Params& params) const {
  const std::shared_ptr<const Database> database = snapshot();
  Rows rows;
  Reader reader(*database, params.values, rows.arena);
  int64_t total = 0;
  TRIVET_TRY(rows.batch, reader.read(query.root, reader.all_rows(query.root.model), &total));
  if (query.count) rows.total = total;
  return rows;
}

result<WriteResult> MemoryStore::write_now(const Program& program, const Params& params) {
  const std::lock_guard lock(writing_);
  auto copy = std::make_shared<Database>(*snapshot());
  Writer writer(*copy, program, params);
  TRIVET_TRY(WriteResult result, writer.run());
  if (!program.rollback) {
    const std::lock_guard swap(swapping_);
    database_ = std::move(copy);
  }
  return result;
}

task<result<Rows>> MemoryStore::read(const Query& query, const Params& params, Deadline) {
  co_return read_now(query, params);
}

task<result<WriteResult>> MemoryStore::write(const Program& program, const Params& params,
                                             Deadline) {
  co_return write_now(program, params);
}

task<result<void>> MemoryStore::ping(Deadline) { co_return result<void>(); }

}  // namespace trivet::store::memory
