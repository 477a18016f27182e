// Snapshot: a read transaction that outlives one read, for as long as nobody commits.
//
// Taking and giving back SQLite's read lock costs two system calls and, with several threads,
// waiting for one mutex: more than a read by key itself. Reads that follow each other closely share
// one lock instead. They lose nothing: before each, the header of the WAL's index, which every
// commit of every process rewrites before it is acknowledged, is compared with what it was when the
// transaction began (https://sqlite.org/walformat.html, section 2.1), which is what SQLite itself
// does to see if its cache is still good. While a snapshot is open the log can't be started over,
// so who holds one ends it within a turn of the event loop. Used on the thread of its connection.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "store/sqlite/connection.h"

namespace trivet::store::sqlite {

class Snapshot {
 public:
  // None if the database has no WAL (read-only media). The connection has read once before and
  // outlives this.
  [[nodiscard]] static result<std::optional<Snapshot>> make(Connection& connection);

  // Sees to it that a transaction is open that sees every commit up to now.
  result<void> renew();
  void end();
  [[nodiscard]] bool is_open() const;

 private:
  static constexpr size_t header_words = 6;  // 48 bytes: the first of the header's two copies
  using Header = std::array<uint64_t, header_words>;

  Snapshot(Connection& connection, const uint64_t* index, StatementPtr begin, StatementPtr end)
      : connection_(&connection), index_(index), begin_(std::move(begin)), end_(std::move(end)) {}
  [[nodiscard]] Header header() const;

  Connection* connection_;
  const uint64_t* index_;  // shared memory, mapped for as long as the connection is open
  StatementPtr begin_;
  StatementPtr end_;
  Header seen_{};
};

}  // namespace trivet::store::sqlite
