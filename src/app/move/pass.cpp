#include "app/move/pass.h"

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <unordered_set>

namespace trivet::app {
namespace {

using ByKey = std::unordered_map<std::string_view, const PageRow*>;

ByKey by_key(const Page& page) {
  ByKey rows;
  for (const PageRow& row : page.rows) rows.emplace(row.key, &row);
  return rows;
}

std::vector<std::span<const Value>> cells_of(const Page& page) {
  std::vector<std::span<const Value>> cells;
  for (const PageRow& row : page.rows) cells.push_back(row.cells);
  return cells;
}

// Pairs of `row` over one relation that `other`, the same row elsewhere, lacks (null: it is not there).
std::vector<LinkPair> pairs_beyond(const Table& table, size_t end, const PageRow& row,
                                   const PageRow* other) {
  std::unordered_set<std::string_view> known;
  if (other != nullptr) known.insert(other->links[end].forms.begin(), other->links[end].forms.end());
  std::vector<LinkPair> pairs;
  for (size_t i = 0; i < row.links[end].ids.size(); ++i)
    if (!known.contains(row.links[end].forms[i]))
      pairs.push_back({row.cells[table.key.front()], row.links[end].ids[i]});
  return pairs;
}

bool has_pairs(const Table& table) {
  return std::ranges::any_of(table.links, [](const LinkEnd& end) { return end.side == 0; });
}

const std::string& pairs_name(const SchemaPair& pair, const LinkEnd& end) {
  return pair.source->relations[static_cast<size_t>(end.relation)].constraint;
}

// The sums of a table's pairs, one for each relation whose first side it is.
class PairSums {
 public:
  PairSums(const SchemaPair& pair, const Table& table) : table_(table) {
    for (const LinkEnd& end : table.links) sums_.push_back({pairs_name(pair, end)});
  }
  void add(const PageRow& row) {
    for (size_t end = 0; end < sums_.size(); ++end)
      for (const std::string& form : row.links[end].forms) sums_[end].add(row.key + '/' + form);
  }
  void append_to(std::vector<TableSum>& sums) const {
    for (size_t end = 0; end < sums_.size(); ++end)
      if (table_.links[end].side == 0) sums.push_back(sums_[end]);
  }

 private:
  const Table& table_;
  std::vector<TableSum> sums_;
};

}  // namespace

void TableSum::add(std::string_view form) {
  ++rows;
  checksum += std::hash<std::string_view>()(form);
}

Pass::Pass(Ends ends, const SchemaPair& pair, const std::vector<Table>& tables,
           const PassOptions& options)
    : ends_(ends), pair_(pair), tables_(tables), options_(options), crew_(options.writers) {
  writers_.reserve(tables.size());
  for (const Table& table : tables) writers_.emplace_back(ends.target, pair, table);
}

result<PassResult> Pass::run(PassMode mode) {
  mode_ = mode;
  TRIVET_CHECK(count_rows());
  for (const Table& table : tables_)
    if (!done()) TRIVET_CHECK(remove(table));
  TRIVET_CHECK(crew_.wait());
  for (const Table& table : tables_)
    if (!done()) TRIVET_CHECK(add(table));
  TRIVET_CHECK(crew_.wait());
  for (const Table& table : tables_)
    if (!done() && has_pairs(table)) TRIVET_CHECK(link(table));
  TRIVET_CHECK(crew_.wait());
  return std::move(result_);
}

result<void> Pass::count_rows() {
  for (const Table& table : tables_) {
    const PageReader source(ends_.source, pair_, table, Side::source, With::columns);
    const PageReader target(ends_.target, pair_, table, Side::target, With::columns);
    TRIVET_TRY(const uint64_t rows, source.count());
    rows_total_ += rows;
    TRIVET_TRY(const uint64_t there, target.count());
    target_rows_.push_back(there);
  }
  return {};
}

result<void> Pass::remove(const Table& table) {
  if (target_rows_[static_cast<size_t>(&table - tables_.data())] == 0) return {};
  const PageReader target(ends_.target, pair_, table, Side::target, With::links);
  const PageReader source(ends_.source, pair_, table, Side::source, With::links);
  std::shared_ptr<Page> last;  // shared with the work on its rows
  do {
    TRIVET_TRY(Page read, target.next(last.get(), options_.page_rows));
    auto page = std::make_shared<Page>(std::move(read));
    if (page->rows.empty()) return {};
    TRIVET_TRY(const Page wanted, source.find(cells_of(*page)));
    TRIVET_CHECK(remove_from(table, page, wanted));
    last = std::move(page);
    report(table);
  } while (!done() && last->rows.size() == options_.page_rows);
  return {};
}

result<void> Pass::remove_from(const Table& table, const std::shared_ptr<Page>& page,
                               const Page& wanted) {
  const RowWriter& writer = writers_[static_cast<size_t>(&table - tables_.data())];
  const ByKey source = by_key(wanted);
  std::vector<const PageRow*> gone;
  std::vector<std::vector<LinkPair>> pairs(table.links.size());
  for (const PageRow& row : page->rows) {
    const auto found = source.find(row.key);
    if (found == source.end() || found->second->form != row.form) {
      gone.push_back(&row);
      continue;
    }
    for (size_t end = 0; end < table.links.size(); ++end)
      if (table.links[end].side == 0)
        for (const LinkPair& beyond : pairs_beyond(table, end, row, found->second))
          pairs[end].push_back(beyond);
  }
  const auto change = [&](size_t count) {
    result_.removed += count;
    if (count > 0) result_.differs = true;
    return count > 0 && mode_ == PassMode::copy;
  };
  if (change(gone.size()))
    TRIVET_CHECK(crew_.put([&writer, page, gone] { return writer.remove(gone); }));
  for (size_t end = 0; end < pairs.size(); ++end)
    if (change(pairs[end].size()))
      TRIVET_CHECK(crew_.put([&writer, &one = table.links[end], page, extra = std::move(pairs[end])] {
        return writer.unlink(one, extra);
      }));
  return {};
}

result<void> Pass::add(const Table& table) {
  const auto index = static_cast<size_t>(&table - tables_.data());
  const RowWriter& writer = writers_[index];
  const PageReader source(ends_.source, pair_, table, Side::source, With::columns);
  const PageReader target(ends_.target, pair_, table, Side::target, With::columns);
  TableSum& sum = result_.sums.emplace_back();
  sum.name = table.name;
  std::shared_ptr<Page> last;  // shared with the work on its rows
  do {
    TRIVET_TRY(Page read, source.next(last.get(), options_.page_rows));
    auto page = std::make_shared<Page>(std::move(read));
    Page there;
    if (target_rows_[index] > 0 && !page->rows.empty()) {
      TRIVET_TRY(there, target.find(cells_of(*page)));
    }
    const ByKey known = by_key(there);
    std::vector<const PageRow*> missing;
    for (const PageRow& row : page->rows) {
      sum.add(row.form);
      if (!known.contains(row.key)) missing.push_back(&row);
    }
    result_.added += missing.size();
    if (!missing.empty()) result_.differs = true;
    if (!missing.empty() && mode_ == PassMode::copy)
      TRIVET_CHECK(crew_.put([&writer, page, missing] { return writer.insert(missing); }));
    rows_ += page->rows.size();
    last = std::move(page);
    report(table);
  } while (!done() && last->rows.size() == options_.page_rows);
  return {};
}

result<void> Pass::link(const Table& table) {
  const PageReader source(ends_.source, pair_, table, Side::source, With::links);
  const PageReader target(ends_.target, pair_, table, Side::target, With::links);
  PairSums sums(pair_, table);
  std::shared_ptr<Page> last;  // shared with the work on its rows
  do {
    TRIVET_TRY(Page read, source.next(last.get(), options_.page_rows));
    auto page = std::make_shared<Page>(std::move(read));
    if (page->rows.empty()) break;
    for (const PageRow& row : page->rows) sums.add(row);
    TRIVET_TRY(const Page there, target.find(cells_of(*page)));
    TRIVET_CHECK(link_page(table, page, there));
    last = std::move(page);
    report(table);
  } while (!done() && last->rows.size() == options_.page_rows);
  sums.append_to(result_.sums);
  return {};
}

result<void> Pass::link_page(const Table& table, const std::shared_ptr<Page>& page,
                             const Page& there) {
  const RowWriter& writer = writers_[static_cast<size_t>(&table - tables_.data())];
  const ByKey known = by_key(there);
  for (size_t end = 0; end < table.links.size(); ++end) {
    if (table.links[end].side != 0) continue;
    std::vector<LinkPair> missing;
    for (const PageRow& row : page->rows) {
      const auto found = known.find(row.key);
      const PageRow* same = found == known.end() ? nullptr : found->second;
      for (const LinkPair& pair : pairs_beyond(table, end, row, same)) missing.push_back(pair);
    }
    if (missing.empty()) continue;
    result_.added += missing.size();
    result_.differs = true;
    if (mode_ == PassMode::look) return {};
    TRIVET_CHECK(crew_.put([&writer, &one = table.links[end], page, pairs = std::move(missing)] {
      return writer.link(one, pairs);
    }));
  }
  return {};
}

void Pass::report(const Table& table) {
  if (options_.progress) options_.progress({table.name, rows_, rows_total_});
}

result<std::vector<TableSum>> sum_tables(store::Store& store, const SchemaPair& pair,
                                         const std::vector<Table>& tables, Side side) {
  constexpr uint32_t page_rows = 1000;
  std::vector<TableSum> sums;
  std::vector<TableSum> pairs;
  for (const Table& table : tables) {
    const PageReader reader(store, pair, table, side, has_pairs(table) ? With::links : With::columns);
    TableSum sum{table.name};
    PairSums linked(pair, table);
    Page last;
    for (bool first = true;; first = false) {
      TRIVET_TRY(Page page, reader.next(first ? nullptr : &last, page_rows));
      for (const PageRow& row : page.rows) {
        sum.add(row.form);
        if (has_pairs(table)) linked.add(row);
      }
      last = std::move(page);
      if (last.rows.size() < page_rows) break;
    }
    sums.push_back(sum);
    linked.append_to(pairs);
  }
  sums.insert(sums.end(), pairs.begin(), pairs.end());
  return sums;
}

}  // namespace trivet::app
