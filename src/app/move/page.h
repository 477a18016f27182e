// Rows of one table of one of the two databases, read in pages by key or looked up by key.
//
// Cells are in the target's types whichever side they are of, and each row has a form: a text that
// is equal for equal rows in either database (1.50 is 1.5, documents in normal form). A reader is
// immutable and may be used by several threads if its store may.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "app/move/table.h"
#include "store/store.h"

namespace trivet::app {

enum class Side : uint8_t { source, target };

struct RowLinks {
  std::vector<Value> ids;  // of the other ends, in the target's type
  std::vector<std::string> forms;
};

struct PageRow {
  std::string key;  // form of its key
  std::string form;
  std::span<const Value> cells;
  std::vector<RowLinks> links;  // by Table::links, if they were read
};

// Owns what its rows view.
struct Page {
  store::Rows read;
  Arena arena;
  std::vector<PageRow> rows;
  std::vector<Value> last_key;  // in the types of its side
};

void append_form(std::string& out, Value value, Type type);
// "User id=5", for people.
[[nodiscard]] std::string describe_row(const SchemaPair& pair, const Table& table,
                                       std::span<const Value> cells);

enum class With : uint8_t { columns, links };

class PageReader {
 public:
  // All outlive the reader.
  PageReader(store::Store& store, const SchemaPair& pair, const Table& table, Side side, With with);

  // The rows behind `previous`, or the first ones if null; fewer than asked for are the last.
  [[nodiscard]] result<Page> next(const Page* previous, uint32_t rows) const;
  // The rows with these keys, in any order; and perhaps some others.
  [[nodiscard]] result<Page> find(const std::vector<std::span<const Value>>& rows) const;
  [[nodiscard]] result<uint64_t> count() const;

 private:
  [[nodiscard]] store::Query query(store::Level root) const;
  [[nodiscard]] store::Level level() const;
  [[nodiscard]] store::Expr column(const CopiedColumn& column) const;
  [[nodiscard]] store::Expr key_param(size_t at, int param) const;
  [[nodiscard]] store::Expr behind(size_t at) const;
  [[nodiscard]] result<Page> read(const store::Query& query, const store::Params& params) const;
  [[nodiscard]] result<void> add_row(std::span<const Value> read, Page& page) const;
  [[nodiscard]] result<Value> here(const CopiedColumn& column, Value value, Arena& arena) const;
  [[nodiscard]] result<Value> there(const CopiedColumn& column, Value value, Arena& arena) const;

  store::Store& store_;
  const Table& table_;
  std::shared_ptr<const schema::Schema> schema_;
  Side side_;
  With with_;
  store::Query first_, next_, find_, count_;
};

}  // namespace trivet::app
