#include "auth/accounts/factors.h"

#include <algorithm>

#include "auth/accounts/accounts.h"
#include "auth/accounts/json_object.h"
#include "auth/accounts/tokens.h"
#include "auth/proof/totp.h"
#include "value/json_builder.h"
#include "value/json_reader.h"

namespace trivet::auth {
namespace {

constexpr int64_t us = 1'000'000;
constexpr int64_t challenge_seconds = 300;
constexpr size_t factors_max = 10;
constexpr size_t name_bytes_max = 120;
// Of one factor, whoever tries and from wherever; the right code clears it.
constexpr Rate misses{5, 5.0 / 300};

std::string host_of(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme != url.npos) url.remove_prefix(scheme + 3);
  return std::string(url.substr(0, url.find_first_of("/:?#")));
}

std::unexpected<Refusal> unknown_factor() {
  return refuse(404, "mfa_factor_not_found", "Factor not found");
}

// As the claim amr names it.
std::string_view method_of(const Factor& factor) {
  if (factor.factor_type == "webauthn") return "mfa/webauthn";
  return factor.factor_type == "phone" ? "mfa/phone" : "totp";
}

answer<void> check_enrolment(const Enrolment& wanted, bool webauthn) {
  if (wanted.type == "webauthn" && !webauthn)
    return refuse(422, "mfa_webauthn_enroll_not_enabled", "MFA enroll is disabled for WebAuthn");
  if (wanted.type != "totp" && wanted.type != "webauthn" && wanted.type != "phone")
    return refuse(400, "validation_failed", "factor_type needs to be totp, phone, or webauthn");
  if (wanted.name.size() > name_bytes_max || wanted.issuer.size() > name_bytes_max)
    return refuse(400, "validation_failed", "friendly_name and issuer have at most 120 bytes");
  return {};
}

std::vector<Condition> by_id(const std::string& id) {
  std::vector<Condition> where;
  where.push_back({"id", store::Op::eq, Value::text(id)});
  return where;
}

}  // namespace

std::string with_method(std::string_view methods, std::string_view method, int64_t now_seconds) {
  const std::string rest = without_method(methods, method);
  JsonBuilder json;
  json.open_array().open_object().member("method", method).member("timestamp", now_seconds);
  json.close();
  for (const JsonValue entry : JsonValue::trusted(rest).elements()) json.raw(entry.raw());
  json.close();
  return json.take();
}

std::string without_method(std::string_view methods, std::string_view method) {
  JsonBuilder json;
  json.open_array();
  for (const JsonValue entry : JsonValue::trusted(methods).elements())
    if (text_member(entry.raw(), "method") != method) json.raw(entry.raw());
  json.close();
  return json.take();
}

// Never begun and old: whoever wanted them went away.
task<answer<void>> Accounts::drop_stale_factors(std::string user_id, Client client) {
  std::vector<Condition> where;
  where.push_back({"user_id", store::Op::eq, Value::text(user_id)});
  where.push_back({"status", store::Op::eq, Value::text("unverified")});
  where.push_back({"last_challenged_at", store::Op::is_null});
  where.push_back(
      {"created_at", store::Op::lt, Value::timestamp(now_us() - challenge_seconds * us)});
  auto dropped = co_await factors_.remove(std::move(where), client.deadline);
  if (!dropped) co_return std::unexpected(std::move(dropped).error());
  co_return answer<void>();
}

task<answer<void>> Accounts::load_factors(User& user, Client client) {
  std::vector<Condition> where;
  where.push_back({"user_id", store::Op::eq, Value::text(user.id)});
  auto rows = co_await factors_.find(std::move(where), Page(), client.deadline);
  if (!rows) co_return std::unexpected(std::move(rows).error());
  user.factors = read_factors(*rows);
  std::ranges::sort(user.factors, {}, &Factor::created_at);
  co_return answer<void>();
}

bool Accounts::needs_second_factor(const Caller& caller) {
  const bool has_one = std::ranges::any_of(caller.user.factors, &Factor::is_verified);
  return has_one && (!caller.session || caller.session->aal != "aal2");
}

task<answer<Enrolled>> Accounts::enroll_factor(Caller caller, Enrolment wanted, Client client) {
  AUTH_CHECK(check_enrolment(wanted, options_.webauthn_factors));
  if (wanted.type == "phone") AUTH_CHECK(check_phone_factor(caller.user, wanted));
  if (caller.user.is_anonymous || !caller.session)
    co_return refuse(403, "no_authorization", "Anonymous users can't enroll factors");
  if (needs_second_factor(caller))
    co_return refuse(403, "insufficient_aal", "AAL2 required to enroll a new factor");
  AUTH_CHECK(require_recent(caller));
  auto dropped = co_await drop_stale_factors(caller.user.id, client);
  if (!dropped) co_return std::unexpected(std::move(dropped).error());
  auto loaded = co_await load_factors(caller.user, client);
  if (!loaded) co_return std::unexpected(std::move(loaded).error());
  if (caller.user.factors.size() >= factors_max)
    co_return refuse(422, "too_many_enrolled_mfa_factors",
                     "Maximum number of verified factors reached, unenroll to continue");
  Enrolled enrolled;
  Factor& factor = enrolled.factor;
  factor.id = make_id();
  factor.user_id = caller.user.id;
  factor.friendly_name = wanted.name;
  factor.factor_type = wanted.type;
  factor.status = "unverified";
  const bool has_codes = wanted.type == "totp";
  std::string secret(totp_secret_bytes, '\0');
  parts_.environment.random_bytes(secret.data(), secret.size());
  if (has_codes) factor.secret = seal_for(factor.id, secret);
  factor.phone = wanted.phone;
  factor.created_at = factor.updated_at = now_us();
  auto made = co_await factors_.insert(values_of(factor), std::vector<Child>(), client.deadline);
  if (!made) co_return std::unexpected(std::move(made).error());
  if (!*made)
    co_return refuse(422, "mfa_factor_name_conflict",
                     "A factor with the friendly name \"" + wanted.name +
                         "\" for this user already exists");
  if (has_codes) {
    enrolled.secret = encode_base32(secret);
    const std::string issuer = wanted.issuer.empty() ? host_of(options_.site_url) : wanted.issuer;
    enrolled.uri = totp_uri(enrolled.secret, {issuer, caller.user.email});
    enrolled.image = qr_svg(enrolled.uri);
  }
  auto logged = co_await audit("factor_in_progress", caller.user, client);
  if (!logged) co_return std::unexpected(std::move(logged).error());
  co_return enrolled;
}

answer<Factor> Accounts::factor_of(const User& user, std::string_view id) {
  const auto found = std::ranges::find(user.factors, id, &Factor::id);
  if (found == user.factors.end()) return unknown_factor();
  return *found;
}

task<answer<Challenged>> Accounts::challenge_factor(Caller caller, ChallengeRequest wanted,
                                                    Client client) {
  Challenged challenged;
  AUTH_TRY(challenged.factor, factor_of(caller.user, wanted.factor_id));
  std::vector<Condition> old;
  old.push_back({"created_at", store::Op::lt, Value::timestamp(now_us() - challenge_seconds * us)});
  auto swept = co_await challenges_.remove(std::move(old), client.deadline);
  if (!swept) co_return std::unexpected(std::move(swept).error());
  FactorChallenge& challenge = challenged.challenge;
  challenge.id = make_id();
  challenge.factor_id = wanted.factor_id;
  challenge.ip = client.ip;
  challenge.created_at = now_us();
  if (challenged.factor.factor_type == "webauthn") {
    challenge.challenge = random_text(32);
    for (const Factor& other : caller.user.factors)
      if (!other.credential_id.empty()) challenged.existing.push_back(other.credential_id);
  }
  challenged.expires_at = challenge.created_at / us + challenge_seconds;
  if (challenged.factor.factor_type == "phone") {
    AUTH_CHECK(text_challenge(caller.user, challenged, wanted.channel));
  }
  auto made =
      co_await challenges_.insert(values_of(challenge), std::vector<Child>(), client.deadline);
  if (!made) co_return std::unexpected(std::move(made).error());
  std::vector<Assignment> values;
  values.push_back({"last_challenged_at", Value::timestamp(now_us())});
  auto marked = co_await factors_.update(by_id(wanted.factor_id), std::move(values), client.deadline);
  if (!marked) co_return std::unexpected(std::move(marked).error());
  auto logged = co_await audit("challenge_created", caller.user, client);
  if (!logged) co_return std::unexpected(std::move(logged).error());
  co_return challenged;
}

// That it is there, of this factor, asked for from the same address and not too old; of two who come with one code the step lets
// one in.
task<answer<FactorChallenge>> Accounts::find_challenge_of(FactorAnswer given, Client client) {
  std::vector<Condition> where = by_id(given.challenge_id);
  where.push_back({"factor_id", store::Op::eq, Value::text(given.factor_id)});
  auto rows = co_await challenges_.find(std::move(where), Page(), client.deadline);
  if (!rows) co_return std::unexpected(std::move(rows).error());
  const std::vector<FactorChallenge> found = read_challenges(*rows);
  if (found.empty())
    co_return refuse(422, "mfa_factor_not_found",
                     "MFA factor with the provided challenge ID not found");
  if (found.front().ip != client.ip)
    co_return refuse(422, "mfa_ip_address_mismatch",
                     "Challenge and verify IP addresses mismatch.");
  if (now_us() - found.front().created_at > challenge_seconds * us)
    co_return refuse(422, "mfa_challenge_expired",
                     "MFA challenge " + given.challenge_id +
                         " has expired, verify against another challenge or create a new challenge.");
  co_return found.front();
}

// The step is written by a compare-and-set, so that of two who come with one code one gets in.
task<answer<bool>> Accounts::take_totp(const Factor& factor, std::string code, Client client) {
  const auto secret = unseal_for(factor.id, factor.secret);
  if (!secret) {
    Refusal refusal{500, "unexpected_failure", "Unexpected failure, please check server logs"};
    refusal.log_text = "a factor's secret was sealed under another secret of the project";
    co_return std::unexpected(std::move(refusal));
  }
  const auto step = find_totp_step(*secret, code, now_us() / us, factor.last_step);
  if (!step) co_return false;
  std::vector<Condition> where = by_id(factor.id);
  where.push_back({"last_step", store::Op::eq, Value::integer(factor.last_step)});
  std::vector<Assignment> values;
  values.push_back({"last_step", Value::integer(*step)});
  values.push_back({"status", Value::text("verified")});
  values.push_back({"updated_at", Value::timestamp(now_us())});
  auto written = co_await factors_.update(std::move(where), std::move(values), client.deadline);
  if (!written) co_return std::unexpected(std::move(written).error());
  co_return *written == 1;
}

task<answer<Issued>> Accounts::verify_factor(Caller caller, FactorAnswer given, Client client) {
  AUTH_TRY(const Factor factor, factor_of(caller.user, given.factor_id));
  if (!caller.session) co_return refuse(403, "no_authorization", "This needs a session");
  // A factor that somebody began who knows the password alone is no second one beside another's first.
  if (!factor.is_verified() && needs_second_factor(caller))
    co_return refuse(403, "insufficient_aal", "AAL2 required to verify a new factor");
  auto challenge = co_await find_challenge_of(given, client);
  if (!challenge) co_return std::unexpected(std::move(challenge).error());
  const std::string key = "factor " + factor.id;
  if (parts_.limiter.take(key, misses, now_us()) != 0)
    co_return refuse(429, "over_request_rate_limit", "Request rate limit reached");
  answer<bool> is_right = false;
  std::string wrong = "Invalid TOTP code entered";
  if (factor.factor_type == "phone") {
    wrong = "Invalid MFA Phone code entered";
    is_right = co_await take_phone_code(factor, given, client);
  } else if (factor.factor_type == "webauthn") {
    wrong = "The authenticator's answer is not right";
    is_right = co_await take_credential(factor, *std::move(challenge), given, client);
  } else {
    is_right = co_await take_totp(factor, given.code, client);
  }
  if (!is_right) co_return std::unexpected(std::move(is_right).error());
  if (!*is_right) co_return refuse(422, "mfa_verification_failed", wrong);
  parts_.limiter.forget(key);
  std::vector<Condition> used = by_id(given.challenge_id);
  auto removed = co_await challenges_.remove(std::move(used), client.deadline);
  if (!removed) co_return std::unexpected(std::move(removed).error());
  auto raised = co_await raise_session(caller, factor, client);
  if (!raised) co_return std::unexpected(std::move(raised).error());
  auto logged = co_await audit("verification_attempted", caller.user, client);
  if (!logged) co_return std::unexpected(std::move(logged).error());
  // With the factor as it is now.
  auto user = co_await load_user("id", caller.user.id, client);
  if (!user) co_return std::unexpected(std::move(user).error());
  if (!*user) co_return unknown_factor();
  co_return sign(*std::move(*user), *std::move(caller.session));
}

// The same session, whose refresh token from before is worth nothing now. What else the
// user has at the lower level ends, and what was begun and not verified goes.
task<answer<void>> Accounts::raise_session(Caller& caller, const Factor& factor, Client client) {
  Session& session = *caller.session;
  const std::string methods = with_method(session.amr, method_of(factor), now_us() / us);
  std::vector<Condition> where = by_id(session.id);
  where.push_back({"counter", store::Op::eq, Value::integer(session.counter)});
  session.counter += 2;
  session.counter_min = session.counter;
  session.aal = "aal2";
  session.amr = methods;
  session.refreshed_at = now_us();
  std::vector<Assignment> values;
  values.push_back({"counter", Value::integer(session.counter)});
  values.push_back({"counter_min", Value::integer(session.counter_min)});
  values.push_back({"aal", Value::text(session.aal)});
  values.push_back({"amr", Value::json(session.amr)});
  values.push_back({"refreshed_at", Value::timestamp(session.refreshed_at)});
  values.push_back({"factor_id", Value::text(factor.id)});
  auto moved = co_await sessions_.update(std::move(where), std::move(values), client.deadline);
  if (!moved) co_return std::unexpected(std::move(moved).error());
  if (*moved == 0) co_return refuse(503, "conflict", "The session is refreshed at the same time");
  std::vector<Condition> lower;
  lower.push_back({"user_id", store::Op::eq, Value::text(caller.user.id)});
  lower.push_back({"aal", store::Op::eq, Value::text("aal1")});
  auto ended = co_await sessions_.remove(std::move(lower), client.deadline);
  if (!ended) co_return std::unexpected(std::move(ended).error());
  std::vector<Condition> begun;
  begun.push_back({"user_id", store::Op::eq, Value::text(caller.user.id)});
  begun.push_back({"status", store::Op::eq, Value::text("unverified")});
  auto dropped = co_await factors_.remove(std::move(begun), client.deadline);
  if (!dropped) co_return std::unexpected(std::move(dropped).error());
  co_return answer<void>();
}

task<answer<void>> Accounts::unenroll_factor(Caller caller, std::string factor_id, Client client) {
  AUTH_TRY(const Factor factor, factor_of(caller.user, factor_id));
  if (factor.is_verified() && needs_second_factor(caller))
    co_return refuse(422, "insufficient_aal", "AAL2 required to unenroll verified factor");
  auto removed = co_await remove_factor(factor, client);
  if (!removed) co_return removed;
  auto logged = co_await audit("factor_unenrolled", caller.user, client);
  co_return logged;
}

// Sessions first: one that the factor raised must not outlive it.
task<answer<void>> Accounts::remove_factor(const Factor& factor, Client client) {
  std::vector<Condition> raised;
  raised.push_back({"factor_id", store::Op::eq, Value::text(factor.id)});
  auto rows = co_await sessions_.find(std::move(raised), Page(), client.deadline);
  if (!rows) co_return std::unexpected(std::move(rows).error());
  for (const Session& session : read_sessions(*rows)) {
    const std::string methods = without_method(session.amr, method_of(factor));
    std::vector<Assignment> values;
    values.push_back({"aal", Value::text("aal1")});
    values.push_back({"amr", Value::json(methods)});
    values.push_back({"factor_id", Value::null()});
    auto lowered = co_await sessions_.update(by_id(session.id), std::move(values), client.deadline);
    if (!lowered) co_return std::unexpected(std::move(lowered).error());
  }
  auto removed = co_await factors_.remove(by_id(factor.id), client.deadline);
  if (!removed) co_return std::unexpected(std::move(removed).error());
  co_return answer<void>();
}

task<answer<Factor>> Accounts::find_factor(std::string user_id, std::string factor_id,
                                           Client client) {
  auto user = co_await find_user(std::move(user_id), client);
  if (!user) co_return std::unexpected(std::move(user).error());
  co_return factor_of(*user, factor_id);
}

task<answer<Factor>> Accounts::rename_factor(Factor factor, std::string name, Client client) {
  if (name.size() > name_bytes_max)
    co_return refuse(400, "validation_failed", "friendly_name has at most 120 bytes");
  factor.friendly_name = std::move(name);
  factor.updated_at = now_us();
  std::vector<Assignment> values;
  values.push_back({"friendly_name", Value::text(factor.friendly_name)});
  values.push_back({"phone", text_or_null(factor.phone)});
  values.push_back({"updated_at", Value::timestamp(factor.updated_at)});
  auto changed = co_await factors_.update(by_id(factor.id), std::move(values), client.deadline);
  if (!changed) co_return std::unexpected(std::move(changed).error());
  if (*changed < 0)
    co_return refuse(422, "mfa_factor_name_conflict",
                     "A factor with this friendly name for this user already exists");
  User actor;
  actor.id = factor.user_id;
  auto logged = co_await audit("factor_updated", actor, client);
  if (!logged) co_return std::unexpected(std::move(logged).error());
  co_return factor;
}

task<answer<void>> Accounts::delete_factor(Factor factor, Client client) {
  auto removed = co_await remove_factor(factor, client);
  if (!removed) co_return removed;
  User actor;
  actor.id = factor.user_id;
  auto logged = co_await audit("factor_deleted", actor, client);
  co_return logged;
}

}  // namespace trivet::auth
