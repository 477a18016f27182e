#include "auth/accounts/external.h"

#include <algorithm>

#include "auth/accounts/accounts.h"
#include "auth/accounts/tokens.h"
#include "auth/base64url.h"
#include "auth/jwt.h"
#include "auth/providers/providers.h"

namespace trivet::auth {
namespace {

constexpr int64_t us = 1'000'000;
constexpr int64_t state_seconds = 600;
constexpr size_t secret_text_bytes = 43;  // of 32 bytes in base64url

std::unexpected<Refusal> disabled() {
  return refuse(400, "provider_disabled", "Unsupported provider: provider is not enabled");
}

// What goes to the provider and back and what stays follow from the state and the project's secret: a
// row of the database is no use to whoever reads it.
std::string derived(std::string_view secret, std::string_view purpose, std::string_view state) {
  const std::string key = hmac_sha256(secret, "trivet oauth " + std::string(purpose));
  return encode_base64url(hmac_sha256(key, state));
}

bool is_secret_text(std::string_view text) {
  return text.size() == secret_text_bytes && decode_base64url(text);
}

// A provider that is away is its matter and for the log; one that sent a wrong token is told.
Refusal refusal_of(const Error& error) {
  if (error.code == ErrorCode::bad_jwt || error.code == ErrorCode::bad_jwt_claims)
    return {400, "bad_oauth_callback", error.message};
  Refusal refusal{500, "unexpected_failure", "Error getting user profile from external provider"};
  refusal.log_text = describe_for_log(error);
  return refusal;
}

}  // namespace

task<answer<ExternalAway>> Accounts::begin_external(ExternalStart start, Client client) {
  ProviderClient* const provider =
      parts_.providers == nullptr ? nullptr : parts_.providers->find(start.provider);
  if (provider == nullptr) co_return disabled();
  std::vector<Condition> old;
  old.push_back({"created_at", store::Op::lt, Value::timestamp(now_us() - state_seconds * us)});
  auto swept = co_await states_.remove(std::move(old), client.deadline);
  if (!swept) co_return std::unexpected(std::move(swept).error());
  const std::string state = random_text(32);
  ExternalAway away;
  away.browser = is_secret_text(start.browser) ? start.browser : random_text(32);
  away.cross_site = provider->rules.form.form_post;
  OAuthState row;
  row.state_hash = hash_link(state);
  row.provider = start.provider;
  // A link is begun by a script, whose answer sets no cookie in the browser that goes: its verifier says whose it is.
  TRIVET_ASSERT(start.linking_user.empty() || !start.challenge.empty());
  if (start.linking_user.empty()) row.browser_hash = hash_link(away.browser);
  row.redirect_to = redirect_for(start.redirect_to);
  row.challenge = start.challenge;
  row.linking_user = start.linking_user;
  row.created_at = now_us();
  auto made = co_await states_.insert(values_of(row), std::vector<Child>(), client.deadline);
  if (!made) co_return std::unexpected(std::move(made).error());
  Departure departure{redirect_uri(), state, derived(parts_.secret, "nonce", state),
                      derived(parts_.secret, "verifier", state), std::move(start.scopes),
                      std::move(start.extra)};
  auto url = co_await provider->address(std::move(departure));
  if (!url) {
    Refusal refusal = refusal_of(url.error());
    refusal.message = "Error reaching the external provider";
    co_return std::unexpected(std::move(refusal));
  }
  away.url = *std::move(url);
  co_return away;
}

// Whoever deletes the row has the state, so that it leads back once.
task<answer<OAuthState>> Accounts::take_state(std::string state, std::string browser,
                                              Client client) {
  const std::string digest = hash_link(state);
  std::vector<Condition> where;
  where.push_back({"state_hash", store::Op::eq, Value::text(digest)});
  auto rows = co_await states_.find(where, Page(), client.deadline);
  if (!rows) co_return std::unexpected(std::move(rows).error());
  std::vector<OAuthState> found = read_states(*rows);
  auto removed = co_await states_.remove(std::move(where), client.deadline);
  if (!removed) co_return std::unexpected(std::move(removed).error());
  if (found.empty() || *removed == 0 || now_us() - found.front().created_at > state_seconds * us)
    co_return refuse(400, "bad_oauth_state", "OAuth state not found or expired");
  OAuthState taken = std::move(found.front());
  // Another browser than the one that left: somebody was sent here with somebody else's sign-in.
  if (!taken.browser_hash.empty() &&
      !equal_in_constant_time(taken.browser_hash, hash_link(browser)))
    co_return refuse(400, "bad_oauth_state", "OAuth state was made for another browser");
  co_return taken;
}

task<ExternalEnd> Accounts::finish_external(ExternalReturn given, Client client) {
  ExternalEnd end{options_.site_url};
  if (given.state.empty()) {
    end.refusal = Refusal{400, "bad_oauth_callback", "OAuth state parameter missing"};
    co_return end;
  }
  auto state = co_await take_state(given.state, given.browser, client);
  if (!state) {
    end.refusal = std::move(state).error();
    co_return end;
  }
  end.redirect_to = state->redirect_to;
  end.wants_code = !state->challenge.empty();
  if (!given.error.empty()) {
    end.error = given.error;
    end.refusal = Refusal{400, "bad_oauth_callback", given.error_description};
    co_return end;
  }
  auto arrived = co_await arrive(*state, std::move(given), client);
  if (!arrived) {
    end.refusal = std::move(arrived).error();
    co_return end;
  }
  if (end.wants_code)
    end.code = arrived->code;
  else
    end.issued = std::move(arrived->issued);
  co_return end;
}

// RFC 9207: an answer of another provider than the one that was left for ends here, before its code is
// shown to anybody.
task<answer<void>> Accounts::check_issuer_of(ProviderClient& provider, std::string issuer) {
  auto names = co_await provider.names_issuer();
  if (!names) co_return std::unexpected(refusal_of(names.error()));
  if (issuer.empty() && !*names) co_return answer<void>();
  if (issuer != provider.rules.form.issuer || issuer.empty())
    co_return refuse(400, "bad_oauth_callback", "The answer is of another issuer");
  co_return answer<void>();
}

task<answer<Verified>> Accounts::arrive(OAuthState state, ExternalReturn given, Client client) {
  ProviderClient* const provider =
      parts_.providers == nullptr ? nullptr : parts_.providers->find(state.provider);
  if (provider == nullptr) co_return disabled();
  auto is_its_own = co_await check_issuer_of(*provider, std::move(given.issuer));
  if (!is_its_own) co_return std::unexpected(std::move(is_its_own).error());
  if (given.code.empty())
    co_return refuse(400, "bad_oauth_callback", "OAuth callback with missing authorization code");
  Arrival arrival{std::move(given.code), redirect_uri(),
                  derived(parts_.secret, "nonce", given.state),
                  derived(parts_.secret, "verifier", given.state), std::move(given.user)};
  auto redeemed = co_await provider->redeem(std::move(arrival));
  if (!redeemed) co_return std::unexpected(refusal_of(redeemed.error()));
  if (!state.linking_user.empty()) {
    CodeGrant linking{state.challenge, "oauth", redeemed->access_token, redeemed->refresh_token, redeemed->profile,
                      provider->rules.options.email_optional};
    auto code = co_await issue_code(state.linking_user, std::move(linking), client);
    if (!code) co_return std::unexpected(std::move(code).error());
    co_return Verified{std::nullopt, *std::move(code)};
  }
  Entering entering{redeemed->profile, provider->rules.options.email_optional, ""};
  auto user = co_await enter(std::move(entering), client);
  if (!user) co_return std::unexpected(std::move(user).error());
  Verified verified;
  if (!state.challenge.empty()) {
    CodeGrant wanted{state.challenge, "oauth", redeemed->access_token, redeemed->refresh_token};
    auto code = co_await issue_code(user->id, std::move(wanted), client);
    if (!code) co_return std::unexpected(std::move(code).error());
    verified.code = *std::move(code);
    co_return verified;
  }
  auto issued = co_await issue(*std::move(user), "oauth", client);
  if (!issued) co_return std::unexpected(std::move(issued).error());
  issued->provider_token = redeemed->access_token;
  issued->provider_refresh_token = redeemed->refresh_token;
  verified.issued = *std::move(issued);
  co_return verified;
}

task<answer<Issued>> Accounts::sign_in_with_token(ExternalToken given, std::string linking_user,
                                                  Client client) {
  ProviderClient* const provider =
      parts_.providers == nullptr ? nullptr : parts_.providers->find(given.provider);
  if (provider == nullptr) co_return disabled();
  HandedToken handed{std::move(given.token), std::move(given.access_token),
                     std::move(given.nonce)};
  auto profile = co_await provider->read_handed(std::move(handed));
  if (!profile) {
    Refusal refusal = refusal_of(profile.error());
    if (refusal.status == 400) refusal.code = "invalid_credentials";
    co_return std::unexpected(std::move(refusal));
  }
  Entering entering{*std::move(profile), provider->rules.options.email_optional,
                    std::move(linking_user)};
  auto user = co_await enter(std::move(entering), client);
  if (!user) co_return std::unexpected(std::move(user).error());
  auto issued = co_await issue(*std::move(user), "oauth", client);
  co_return issued;
}

}  // namespace trivet::auth
