// /auth/v1: who may call what, at which rate, and how it is refused (dialects/auth.md). Endpoints are
// functions in *_endpoints.cpp over auth::Accounts, which knows no HTTP.
//
// One handler serves all threads. What is not there (SAML, Web3) is refused by name with the dialect's codes.
#pragma once

#include <string>
#include <string_view>

#include "api/auth/call.h"
#include "auth/authenticator.h"
#include "auth/oauth_server/oauth_server.h"
#include "auth/proof/captcha.h"
#include "http/handler.h"

namespace trivet::api::accounts {

struct AuthOptions {
  std::string version;      // of the program, for /health
  double burst = 30;        // of every rate limit
  trivet::auth::Captcha* captcha = nullptr;  // null: not asked for
};

class AuthHandler final : public http::Handler {
 public:
  // All must outlive it. `oauth` null: there is no OAuth server.
  AuthHandler(trivet::auth::Accounts& accounts, trivet::auth::OAuthServer* oauth,
              const trivet::auth::Authenticator& authenticator, trivet::auth::Limiter& limiter,
              AuthOptions options)
      : accounts_(accounts),
        oauth_(oauth),
        authenticator_(authenticator),
        limiter_(limiter),
        options_(std::move(options)) {}

  task<http::Response> handle(const http::Request& request) override;

 private:
  using Response = answer<http::Response>;
  struct Route;
  struct Routes;
  struct Found;

  [[nodiscard]] static answer<Found> find_route(const http::Request& request);
  [[nodiscard]] answer<void> limit(const Route& route, const Call& call) const;
  [[nodiscard]] answer<std::shared_ptr<const Identity>> identify(
      const http::Request& request) const;
  [[nodiscard]] task<answer<void>> admit(const Route& route, Call& call);
  [[nodiscard]] task<answer<void>> check_captcha(const Route& route, Call& call);
  [[nodiscard]] task<answer<void>> admit_user(Call& call);
  // The same for tokens of programs that act in a user's name.
  [[nodiscard]] task<answer<void>> admit_user_or_client(Call& call);
  [[nodiscard]] answer<void> check_oauth(const http::Request& request) const;
  [[nodiscard]] answer<void> check_origin(const Call& call) const;
  [[nodiscard]] std::string cookie_name() const;
  void keep_browser(const trivet::auth::ExternalAway& away, http::Response& response) const;
  [[nodiscard]] task<Response> run(const http::Request& request);

  task<Response> health(Call& call);
  task<Response> settings(Call& call);
  task<Response> keys(Call& call);
  task<Response> sign_up(Call& call);
  task<Response> sign_up_by_phone(Call& call);
  task<Response> otp_by_phone(Call& call);
  task<Response> resend_to_phone(Call& call);
  task<Response> token(Call& call);
  task<Response> token_by_password(Call& call);
  task<Response> token_by_refresh(Call& call);
  task<Response> token_by_code(Call& call);
  task<Response> token_by_id_token(Call& call);
  task<Response> authorize(Call& call);
  task<Response> callback(Call& call);
  task<Response> otp(Call& call);
  task<Response> magic_link(Call& call);
  task<Response> recover(Call& call);
  task<Response> resend(Call& call);
  task<Response> verify(Call& call);
  task<Response> verify_link(Call& call);

  task<Response> user(Call& call);
  task<Response> change_user(Call& call);
  task<Response> reauthenticate(Call& call);
  task<Response> log_out(Call& call);
  task<Response> link(Call& call);
  task<Response> unlink(Call& call);

  task<Response> passkey_sign_in_options(Call& call);
  task<Response> passkey_sign_in(Call& call);
  task<Response> passkey_options(Call& call);
  task<Response> register_passkey(Call& call);
  task<Response> list_passkeys(Call& call);
  task<Response> update_passkey(Call& call);
  task<Response> delete_passkey(Call& call);
  task<Response> list_passkeys_of(Call& call);
  task<Response> delete_passkey_of(Call& call);

  task<Response> enroll_factor(Call& call);
  task<Response> challenge_factor(Call& call);
  task<Response> verify_factor(Call& call);
  task<Response> unenroll_factor(Call& call);
  task<Response> list_factors(Call& call);
  task<Response> update_factor(Call& call);
  task<Response> delete_factor(Call& call);

  task<Response> oauth_metadata(Call& call);
  task<Response> oauth_authorize(Call& call);
  task<Response> oauth_consent_page(Call& call);
  task<Response> oauth_look(Call& call);
  task<Response> oauth_decide(Call& call);
  task<Response> oauth_token(Call& call);
  task<Response> oauth_userinfo(Call& call);
  task<Response> oauth_register(Call& call);
  task<Response> list_grants(Call& call);
  task<Response> revoke_grant(Call& call);
  task<Response> list_clients(Call& call);
  task<Response> create_client(Call& call);
  task<Response> get_client(Call& call);
  task<Response> update_client(Call& call);
  task<Response> delete_client(Call& call);
  task<Response> regenerate_secret(Call& call);

  task<Response> list_users(Call& call);
  task<Response> create_user(Call& call);
  task<Response> get_user(Call& call);
  task<Response> update_user(Call& call);
  task<Response> delete_user(Call& call);
  task<Response> list_events(Call& call);
  task<Response> invite(Call& call);
  task<Response> generate_link(Call& call);

  trivet::auth::Accounts& accounts_;
  trivet::auth::OAuthServer* const oauth_;  // null: off
  const trivet::auth::Authenticator& authenticator_;
  trivet::auth::Limiter& limiter_;
  const AuthOptions options_;
};

}  // namespace trivet::api::accounts
