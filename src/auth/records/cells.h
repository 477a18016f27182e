// Cells: the stored fields of a row, taken one after another into the members of a record: a null is
// an empty text or 0. Of use to the files that read records alone. Values.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "auth/records/table.h"

namespace trivet::auth {

// Takes the cells of a row one after another.
class Cells {
 public:
  explicit Cells(std::span<const Value> cells) : cells_(cells) {}
  void operator()(std::string& to) {
    const Value value = cells_[at_++];
    to = value.is_null() ? std::string() : std::string(value.as_text());
  }
  void operator()(int64_t& to) {
    const Value value = cells_[at_++];
    to = value.is_null() ? 0 : value.as_integer();
  }
  void operator()(bool& to) { to = cells_[at_++].as_boolean(); }

 private:
  std::span<const Value> cells_;
  size_t at_ = 0;
};

template <class Record, class Read>
std::vector<Record> read_all(const store::Rows& rows, Read read) {
  std::vector<Record> records(rows.batch.rows);
  for (uint32_t i = 0; i < rows.batch.rows; ++i) {
    Cells cells(rows.batch.row(i));
    read(cells, records[i]);
  }
  return records;
}

}  // namespace trivet::auth
