// Users of other systems (auth/imports), written as ours.
#include "auth/accounts/accounts.h"
#include "auth/accounts/json_object.h"

namespace trivet::auth {

task<answer<Accounts::Import>> Accounts::import_user(ImportedUser given, Import::How how,
                                                     Client client) {
  AUTH_TRY(const std::string email, check_email(given.email));
  for (const auto& [field, value] : {std::pair<std::string, std::string>("id", given.id),
                                     std::pair<std::string, std::string>("email", email)}) {
    auto known = co_await load_user(field, value, client);
    if (!known) co_return std::unexpected(std::move(known).error());
    if (*known) co_return Import{Import::How::look, false};
  }
  if (how == Import::How::look) co_return Import{how, true};
  User user = new_user(email, "{}");
  user.id = given.id;
  user.password = given.password_hash;
  if (!given.role.empty()) user.role = given.role;
  user.email_confirmed_at = given.email_confirmed_at;
  user.created_at = given.created_at;
  user.last_sign_in_at = given.last_sign_in_at;
  user.banned_until = given.banned_until;
  user.identities.front() = new_identity(user, "{}");
  user.user_metadata = merge_json("{}", given.user_metadata);
  user.app_metadata = merge_json(user.app_metadata, given.app_metadata);
  auto saved = co_await save_new(user, client);
  if (!saved) co_return std::unexpected(std::move(saved).error());
  co_return Import{how, *saved};
}

}  // namespace trivet::auth
