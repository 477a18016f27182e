// An empty database beside the project's, to try migrations in: made on its server and dropped with
// this object, or one that the project names, which is emptied.
#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "store/mysql/layout/session.h"
#include "store/mysql/options.h"

namespace trivet::store::mysql {

class ShadowDatabase {
 public:
  // `shadow_url` empty: a new one. Errors: permission_denied where the user may make none,
  // bad_config for a database that is not to be emptied.
  [[nodiscard]] static result<std::unique_ptr<ShadowDatabase>> make(const MysqlOptions& options,
                                                                    const std::string& shadow_url,
                                                                    const std::string& unique);
  ~ShadowDatabase();
  ShadowDatabase(const ShadowDatabase&) = delete;
  ShadowDatabase& operator=(const ShadowDatabase&) = delete;

  [[nodiscard]] const MysqlOptions& options() const { return options_; }

 private:
  ShadowDatabase() = default;
  result<void> create(const MysqlOptions& options, const std::string& unique);
  result<void> take_named(const MysqlOptions& options, const std::string& url);

  MysqlOptions options_;
  std::unique_ptr<Session> owner_;
  bool made_ = false;
  bool may_empty_ = false;
};

}  // namespace trivet::store::mysql
