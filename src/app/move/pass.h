// One pass: makes the target's rows those of the source, which stands still meanwhile (a snapshot).
//
// What the target has and the source hasn't, or has otherwise, goes first, and then what is missing is
// written: so no unique key is ever held by two rows, and the pass can be broken off and begun again
// anywhere. The target must have no foreign keys. Reads happen on the calling thread, which blocks;
// writes on others.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "app/move/crew.h"
#include "app/move/page.h"
#include "app/move/row_writer.h"

namespace trivet::app {

// Count and checksum of a table, or of a relation's pairs: equal for equal rows in any order.
struct TableSum {
  std::string name;
  uint64_t rows = 0;
  uint64_t checksum = 0;

  void add(std::string_view form);
  friend bool operator==(const TableSum&, const TableSum&) = default;
};

struct PassProgress {
  const std::string& table;
  uint64_t rows = 0;  // of the source, looked at so far
  uint64_t rows_total = 0;
};

struct PassOptions {
  uint32_t page_rows = 1000;
  unsigned writers = 4;
  std::function<void(const PassProgress&)> progress;
};

enum class PassMode : uint8_t {
  copy,
  look,  // change nothing: end at the first difference
};

struct PassResult {
  uint64_t added = 0;    // rows and pairs
  uint64_t removed = 0;  // rows and pairs, those that are written anew among them
  bool differs = false;
  std::vector<TableSum> sums;  // of the source
};

struct Ends {
  store::Store& source;
  store::Store& target;
};

class Pass {
 public:
  // All outlive the pass.
  Pass(Ends ends, const SchemaPair& pair, const std::vector<Table>& tables,
       const PassOptions& options);

  [[nodiscard]] result<PassResult> run(PassMode mode);

 private:
  [[nodiscard]] result<void> count_rows();
  [[nodiscard]] result<void> remove(const Table& table);
  [[nodiscard]] result<void> remove_from(const Table& table, const std::shared_ptr<Page>& page,
                                         const Page& wanted);
  [[nodiscard]] result<void> add(const Table& table);
  [[nodiscard]] result<void> link(const Table& table);
  [[nodiscard]] result<void> link_page(const Table& table, const std::shared_ptr<Page>& page,
                                       const Page& there);
  [[nodiscard]] bool done() const { return mode_ == PassMode::look && result_.differs; }
  void report(const Table& table);

  Ends ends_;
  const SchemaPair& pair_;
  const std::vector<Table>& tables_;
  const PassOptions& options_;
  std::vector<RowWriter> writers_;  // by table
  PassMode mode_ = PassMode::copy;
  uint64_t rows_ = 0;
  uint64_t rows_total_ = 0;
  std::vector<uint64_t> target_rows_;  // by table, before the pass
  PassResult result_;
  Crew crew_;  // last: it ends before what its work uses
};

// Sums of all tables and relations of one side, read afresh.
[[nodiscard]] result<std::vector<TableSum>> sum_tables(store::Store& store, const SchemaPair& pair,
                                                       const std::vector<Table>& tables, Side side);

}  // namespace trivet::app
