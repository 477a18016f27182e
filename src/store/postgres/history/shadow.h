// An empty database to try migrations out in: made beside the project's own and dropped again, or
// one that the project names and that is emptied for it. Blocking; one thread.
#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "store/postgres/layout/session.h"
#include "store/postgres/options.h"

namespace trivet::store::postgres {

class ShadowDatabase {
 public:
  // `shadow_url` empty: one whose name ends with `unique`, on the server of `options`.
  // permission_denied where the user may make none. A named one is refused (bad_config) if it is
  // the project's own, or holds a history of migrations.
  [[nodiscard]] static result<std::unique_ptr<ShadowDatabase>> make(const PostgresOptions& options,
                                                                    const std::string& shadow_url,
                                                                    const std::string& unique);
  // All sessions in it should have ended.
  ~ShadowDatabase();
  ShadowDatabase(const ShadowDatabase&) = delete;
  ShadowDatabase& operator=(const ShadowDatabase&) = delete;

  [[nodiscard]] const PostgresOptions& options() const { return options_; }
  [[nodiscard]] const std::string& name() const { return name_; }  // empty: that of the options

 private:
  ShadowDatabase() = default;
  result<void> create(const PostgresOptions& options, const std::string& unique);
  result<void> take_named(const PostgresOptions& options, const std::string& url);

  PostgresOptions options_;
  std::string name_;
  bool may_empty_ = false;  // the named one
  std::unique_ptr<Session> owner_;  // in the project's database if one was made, else in the named
};

}  // namespace trivet::store::postgres
