#include "store/sqlite/prepared.h"

#include <sqlite3.h>

#include <cstring>

#include "store/sqlite/cells.h"

namespace trivet::store::sqlite {

result<Prepared> Prepared::make(Connection& connection, sql::Statement statement) {
  TRIVET_TRY(StatementPtr handle, connection.prepare(statement.text));
  return Prepared{std::move(handle), std::move(statement.bindings)};
}

int Prepared::bind(const Sources& sources, Arena& scratch) const {
  int index = 0;
  for (const sql::Binding& binding : bindings) {
    ++index;
    int code = SQLITE_OK;
    switch (binding.kind) {
      case sql::BindKind::param:
        code = bind_value(get(), index, sources.params[binding.index], scratch);
        break;
      case sql::BindKind::cell:
        // Cells of embedded levels are bound from the parent's row itself (read_child).
        if (!sources.cells.empty())
          code = bind_value(get(), index, sources.cells[binding.index], scratch);
        break;
      case sql::BindKind::list:
        code = bind_list(get(), index, sources.params[binding.index], scratch);
        break;
      case sql::BindKind::rows:
        code = bind_row_ids(get(), index, sources.row_ids);
        break;
      case sql::BindKind::limit: {
        const Value limit = sources.params[binding.index];
        code = sqlite3_bind_int64(get(), index, limit.is_null() ? -1 : limit.as_integer());
        break;
      }
    }
    if (code != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

result<PreparedLevel> PreparedLevel::make(Connection& connection, sql::LevelStatement level) {
  PreparedLevel made;
  made.columns_ = level.columns();
  made.outputs_ = std::move(level.outputs);
  TRIVET_TRY(made.prepared_, Prepared::make(connection, std::move(level.select)));
  made.children_.reserve(level.embeds.size());
  for (sql::EmbedStatement& embed : level.embeds) {
    TRIVET_TRY(PreparedLevel below, make(connection, std::move(embed.level)));
    made.children_.push_back({std::move(embed.keys), embed.to_one, std::move(below)});
  }
  return made;
}

result<uint32_t> PreparedLevel::append_rows(Run& run) const {
  const StatementUse use(prepared_.get());
  if (prepared_.bind(run.sources, run.scratch) != SQLITE_OK)
    return std::unexpected(run.connection.failure());
  uint32_t rows = 0;
  for (;;) {
    const int code = sqlite3_step(prepared_.get());
    if (code == SQLITE_DONE) return rows;
    if (code != SQLITE_ROW) return std::unexpected(run.connection.failure());
    TRIVET_CHECK(append_row(run));
    ++rows;
  }
}

result<void> PreparedLevel::append_row(Run& run) const {
  const size_t base = run.stack.size();
  run.stack.resize(base + columns_);
  sqlite3_stmt* statement = prepared_.get();
  for (size_t i = 0; i < outputs_.size(); ++i) {
    TRIVET_TRY(
        run.stack[base + i],
        decode_cell(sqlite3_column_value(statement, static_cast<int>(i)), outputs_[i], run.arena));
  }
  for (size_t i = 0; i < children_.size(); ++i) {
    TRIVET_TRY(const Value value, read_child(run, children_[i]));
    run.stack[base + outputs_.size() + i] = value;
  }
  return {};
}

result<Value> PreparedLevel::read_child(Run& run, const Child& child) const {
  sqlite3_stmt* below = child.level.prepared_.get();
  bool linked = true;
  int index = 0;
  for (const sql::Binding& binding : child.level.prepared_.bindings) {
    ++index;
    if (binding.kind != sql::BindKind::cell) continue;
    sqlite3_value* key = sqlite3_column_value(prepared_.get(), child.keys[binding.index]);
    linked = linked && sqlite3_value_type(key) != SQLITE_NULL;
    if (linked && sqlite3_bind_value(below, index, key) != SQLITE_OK)
      return std::unexpected(run.connection.failure());
  }
  Batch batch{child.level.columns_, 0, nullptr};
  const std::span<const Value> outer_cells = run.sources.cells;
  run.sources.cells = {};
  if (linked) {
    TRIVET_TRY(batch, child.level.read(run));
  }
  run.sources.cells = outer_cells;
  if (child.to_one && batch.rows == 0) return Value::null();
  auto* stored = run.arena.allocate_array<Batch>(1);
  *stored = batch;
  return Value::rows(stored);
}

result<Batch> PreparedLevel::read(Run& run) const {
  const size_t base = run.stack.size();
  auto rows = append_rows(run);
  if (!rows) {
    run.stack.resize(base);
    return std::unexpected(std::move(rows).error());
  }
  return collect(run, base, *rows);
}

result<Batch> PreparedLevel::collect(Run& run, size_t base, uint32_t rows) const {
  const size_t cells = run.stack.size() - base;
  auto* to = run.arena.allocate_array<Value>(cells);
  if (cells > 0)
    std::memcpy(static_cast<void*>(to), run.stack.data() + base, cells * sizeof(Value));
  run.stack.resize(base);
  return Batch{columns_, rows, to};
}

result<PreparedQuery> PreparedQuery::make(Connection& connection, const Query& query) {
  const sql::Dialect& dialect = sql::sqlite_dialect();
  TRIVET_TRY(PreparedLevel root,
             PreparedLevel::make(connection, sql::render_level(*query.schema, dialect, query.root,
                                                               sql::Among::all)));
  PreparedQuery made{std::move(root), std::nullopt};
  if (query.count) {
    TRIVET_TRY(made.count,
               Prepared::make(connection, sql::render_count(*query.schema, dialect, query.root)));
  }
  return made;
}

}  // namespace trivet::store::sqlite
