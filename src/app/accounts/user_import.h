// `trivet users import`: the users of a file into the accounts' tables. Rows are read and looked at one after another, and
// written by several threads, since each is a commit of its own. Blocks until done.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "app/accounts/offline_accounts.h"
#include "auth/imports/foreign_user.h"
#include "base/error.h"
#include "data/row_reader.h"

namespace trivet::app {

struct BadUser {
  uint64_t line = 0;
  std::string why;
};

struct UserImportOptions {
  auth::MappingOptions mapping;
  enum class Effect : uint8_t { look, write } effect = Effect::write;
  enum class OnBad : uint8_t { stop, skip } on_bad = OnBad::stop;
  enum class OnKnown : uint8_t { refuse, skip } on_known = OnKnown::refuse;  // the id or address is there already
  std::function<void(uint64_t rows, uint64_t bytes)> progress{};
  std::function<void(const BadUser&)> bad{};  // in the file's order
};

struct UserImportSummary {
  uint64_t users = 0;  // new ones
  uint64_t known = 0, left_out = 0, bad = 0;
  uint64_t unconfirmed = 0, without_password = 0;  // of the new ones
  bool stopped = false;
};

// Errors: what is no row's fault.
[[nodiscard]] result<UserImportSummary> import_users(OfflineAccounts& accounts,
                                                     data::RowReader& reader,
                                                     const UserImportOptions& options);

}  // namespace trivet::app
