#include "app/accounts/offline_accounts.h"

#include "app/accounts/accounts_api.h"
#include "app/config/keys_file.h"
#include "auth/records/schema.h"

namespace trivet::app {

result<std::unique_ptr<OfflineAccounts>> OfflineAccounts::open(const LoadedConfig& loaded,
                                                               const Environment& environment) {
  if (!loaded.config.auth_enabled)
    return fail(ErrorCode::bad_config,
                "auth.enabled is off: keys and users of the database are not looked at", {},
                "Write `enabled = true` below [auth] in trivet.toml.");
  TRIVET_TRY(const std::optional<auth::ProjectKeys> keys, load_keys(loaded.config));
  if (!keys)
    return fail(ErrorCode::bad_config, "the project has no secret", {}, "`trivet keys` makes one");
  std::unique_ptr<OfflineAccounts> accounts(new OfflineAccounts());
  accounts->keys_ = *keys;
  TRIVET_TRY(accounts->project_, Offline::open(loaded, environment));
  Offline& project = *accounts->project_;
  const schema::Provider provider = project.schema()->datasource.provider;
  TRIVET_CHECK(make_account_tables(project.driver(), provider));
  Limits limits;
  limits.rows_max = 0;
  accounts->engine_ = std::make_unique<engine::Engine>(
      auth::accounts_schema(provider), project.engine().store(), accounts->system_, limits);
  return accounts;
}

}  // namespace trivet::app
