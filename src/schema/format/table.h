// Rows of a body, in columns that are aligned within a group (dialects/schema.md, section 16).
#pragma once

#include <string>
#include <vector>

namespace trivet::schema {

class Table {
 public:
  // `separator` stands between the columns instead of plain padding, as the `=` of settings does.
  explicit Table(std::string separator = " ") : separator_(std::move(separator)) {}

  void row(std::vector<std::string> columns, std::string trailing);
  // A line of its own between rows, which does not end the group.
  void line(std::string text);
  // Appends the rows to `out`, each with two spaces before it, and starts a new group.
  void flush(std::string& out);

 private:
  struct Row {
    std::vector<std::string> columns;
    std::string trailing;
    bool plain = false;
  };
  [[nodiscard]] std::string render(const Row& row, const std::vector<size_t>& widths) const;

  std::string separator_;
  std::vector<Row> rows_;
};

}  // namespace trivet::schema
