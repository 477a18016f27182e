// What a change of one table would destroy, or fail at, counted in its rows. Reads only.
#pragma once

#include <vector>

#include "base/error.h"
#include "store/migration.h"
#include "store/postgres/layout/describe.h"

namespace trivet::store::postgres {

class LossFinder {
 public:
  LossFinder(Session& session, std::vector<Loss>& losses) : session_(session), losses_(losses) {}

  // The ones below are about this table.
  result<void> begin(const LayoutTable& table);
  void drop_table();
  result<void> drop_column(const LayoutColumn& column);
  void add_column(const LayoutColumn& column);
  result<void> change_column(const LayoutColumn& from, const LayoutColumn& to);
  result<void> add_unique(const LayoutIndex& index);
  // Values of an enum that rows of the table still have.
  result<void> drop_values(const LayoutColumn& column, const std::vector<std::string>& values);

 private:
  void add(LossKind kind, const std::string& column, int64_t rows, std::string text);
  [[nodiscard]] std::string told() const { return schema::told_name(table_->name); }
  result<int64_t> count_filled(const LayoutColumn& column);

  Session& session_;
  std::vector<Loss>& losses_;
  const LayoutTable* table_ = nullptr;
  std::string from_;
  int64_t rows_ = 0;
};

}  // namespace trivet::store::postgres
