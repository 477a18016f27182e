// Columns and conditions of a call's result → SQL. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "store/postgres/calls/render.h"
#include "store/procedure.h"

namespace trivet::store::postgres {

// The statement's values, numbered as they are added.
class CallValues {
 public:
  explicit CallValues(std::vector<std::string>& values) : values_(values) {}

  std::string add(std::string_view value);                                   // "$1"
  std::string text(std::string_view value) { return "(" + add(value) + "::text)"; }
  // bad_character if a text holds U+0000, which no text in PostgreSQL can.
  [[nodiscard]] result<CallText> check(CallText made, bool first_may_be_bytes) const;

 private:
  std::vector<std::string>& values_;
};

// 42703 if there is no such column.
[[nodiscard]] result<std::string> column_text(const Procedure& procedure, const CallColumn& column,
                                              CallValues& values);
// " WHERE …", or nothing.
[[nodiscard]] result<std::string> where_text(const Call& call, CallValues& values);

}  // namespace trivet::store::postgres
