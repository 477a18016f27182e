// Prepared forms of rendered statements on one connection, and the caches that keep them.
//
// A PreparedLevel runs a whole nested read: embedded levels are stepped per parent row, bound to
// its key cells. All of it sees one snapshot, because the root's statement stays open, and with it
// SQLite's read transaction, until the last row's embedded levels are read. Used on the thread of
// its connection.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "store/query.h"
#include "store/sql/render.h"
#include "store/sql/statement.h"
#include "store/sqlite/connection.h"

namespace trivet::store::sqlite {

// What the parameters of a statement are bound from.
struct Sources {
  std::span<const Value> params{};
  std::span<const Value> cells{};      // BindKind::cell
  std::span<const int64_t> row_ids{};  // BindKind::rows
};

struct Prepared {
  StatementPtr statement;
  std::vector<sql::Binding> bindings;

  [[nodiscard]] static result<Prepared> make(Connection& connection, sql::Statement statement);
  [[nodiscard]] sqlite3_stmt* get() const { return statement.get(); }
  // SQLite code; what the sources view must live until the statement is reset.
  int bind(const Sources& sources, Arena& scratch) const;
};

class PreparedLevel {
 public:
  [[nodiscard]] static result<PreparedLevel> make(Connection& connection,
                                                  sql::LevelStatement level);

  struct Run {
    Connection& connection;
    Sources sources;
    Arena& arena;               // owns the result
    Arena& scratch;             // lives while the statements are bound
    std::vector<Value>& stack;  // rows under construction
  };
  // Rows of the root level.
  result<Batch> read(Run& run) const;
  // The same, appended to the stack instead of being made a Batch; returns how many.
  result<uint32_t> append_rows(Run& run) const;
  [[nodiscard]] uint32_t columns() const { return columns_; }

 private:
  struct Child;
  result<void> append_row(Run& run) const;
  result<Value> read_child(Run& run, const Child& child) const;
  result<Batch> collect(Run& run, size_t base, uint32_t rows) const;

  Prepared prepared_;
  std::vector<Type> outputs_;
  std::vector<Child> children_;
  uint32_t columns_ = 0;
};

struct PreparedLevel::Child {
  std::vector<int> keys;
  bool to_one = false;
  PreparedLevel level;
};

// A Query, ready to run.
struct PreparedQuery {
  PreparedLevel root;
  std::optional<Prepared> count;

  [[nodiscard]] static result<PreparedQuery> make(Connection& connection, const Query& query);
};

// Least recently used entries by id; at most `capacity`.
template <class Entry>
class PreparedCache {
 public:
  explicit PreparedCache(size_t capacity) : capacity_(capacity) {}

  Entry* find(uint64_t id) {
    if (id == last_id_ && last_ != nullptr) return last_;
    const auto found = entries_.find(id);
    if (found == entries_.end()) return nullptr;
    order_.splice(order_.begin(), order_, found->second);
    return remember(id);
  }
  Entry* add(uint64_t id, Entry entry) {
    if (entries_.size() >= capacity_) {
      entries_.erase(order_.back().first);
      order_.pop_back();
    }
    order_.emplace_front(id, std::move(entry));
    entries_[id] = order_.begin();
    return remember(id);
  }
  void clear() {
    entries_.clear();
    order_.clear();
    last_ = nullptr;
  }

 private:
  using Order = std::list<std::pair<uint64_t, Entry>>;
  Entry* remember(uint64_t id) {
    last_id_ = id;
    return last_ = &order_.front().second;
  }

  size_t capacity_;
  Order order_;  // newest first
  std::unordered_map<uint64_t, typename Order::iterator> entries_;
  uint64_t last_id_ = 0;
  Entry* last_ = nullptr;  // the front of order_
};

}  // namespace trivet::store::sqlite
