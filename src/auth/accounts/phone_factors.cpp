// Phones as second factors: a code is sent when one is asked for (dialects/auth.md, section 6). It lives as long as its challenge,
// is good once, and dies after five wrong tries.
#include <algorithm>

#include "auth/accounts/accounts.h"
#include "auth/accounts/tokens.h"
#include "auth/jwt.h"

namespace trivet::auth {
namespace {

constexpr int64_t misses_max = 5;

// Under the key of one-time codes, bound to the challenge.
std::string hash_of(const FactorChallenge& challenge, std::string_view code, std::string_view secret) {
  OneTimeToken bound;
  bound.user_id = challenge.factor_id;
  bound.slot = challenge.id;
  return hash_code(bound, code, secret);
}

}  // namespace

answer<void> Accounts::check_phone_factor(const User& user, Enrolment& wanted) const {
  if (!options_.phone_factors)
    return refuse(422, "mfa_phone_enroll_not_enabled", "MFA enroll is disabled for Phone");
  auto phone = check_phone(wanted.phone);
  if (!phone) return std::unexpected(std::move(phone).error());
  wanted.phone = *std::move(phone);
  const bool has_it = std::ranges::any_of(user.factors, [&](const Factor& factor) {
    return factor.is_verified() && factor.phone == wanted.phone;
  });
  if (!has_it) return {};
  return refuse(422, "mfa_verified_factor_exists",
                "A verified phone factor already exists, unenroll the existing factor to continue");
}

answer<void> Accounts::text_challenge(const User& user, Challenged& challenged,
                                      std::string channel) {
  if (!options_.phone_factors)
    return refuse(422, "mfa_phone_verify_not_enabled", "MFA verification is disabled for Phone");
  const Factor& factor = challenged.factor;
  const Texting texting{"mfa", factor.phone, std::move(channel), factor.id};
  if (auto allowed = check_texting(texting); !allowed) return allowed;
  std::string code = phone_code(factor.phone);
  challenged.challenge.code_hash = hash_of(challenged.challenge, code, parts_.secret);
  return text(user, texting, message_id_for(factor.phone), std::move(code));
}

// A try is counted before the code is compared, by a compare-and-set: many at once don't get more. Whoever deletes the challenge
// had the right code first.
task<answer<bool>> Accounts::take_phone_code(const Factor& factor, FactorAnswer given,
                                             Client client) {
  if (!options_.phone_factors)
    co_return refuse(422, "mfa_phone_verify_not_enabled", "MFA verification is disabled for Phone");
  std::vector<Condition> where;
  where.push_back({"id", store::Op::eq, Value::text(given.challenge_id)});
  where.push_back({"factor_id", store::Op::eq, Value::text(factor.id)});
  auto rows = co_await challenges_.find(where, Page(), client.deadline);
  if (!rows) co_return std::unexpected(std::move(rows).error());
  const std::vector<FactorChallenge> found = read_challenges(*rows);
  if (found.empty() || found.front().misses >= misses_max) co_return false;
  const FactorChallenge& challenge = found.front();
  std::vector<Condition> uncounted = where;
  uncounted.push_back({"misses", store::Op::eq, Value::integer(challenge.misses)});
  std::vector<Assignment> count;
  count.push_back({"misses", Value::integer(challenge.misses + 1)});
  auto counted = co_await challenges_.update(std::move(uncounted), std::move(count), client.deadline);
  if (!counted) co_return std::unexpected(std::move(counted).error());
  if (*counted != 1) co_return false;
  const std::string expected = hash_of(challenge, given.code, parts_.secret);
  if (!equal_in_constant_time(challenge.code_hash, expected)) co_return false;
  auto taken = co_await challenges_.remove(std::move(where), client.deadline);
  if (!taken) co_return std::unexpected(std::move(taken).error());
  if (*taken != 1) co_return false;
  std::vector<Condition> by_id;
  by_id.push_back({"id", store::Op::eq, Value::text(factor.id)});
  std::vector<Assignment> values;
  values.push_back({"status", Value::text("verified")});
  values.push_back({"updated_at", Value::timestamp(now_us())});
  auto written = co_await factors_.update(std::move(by_id), std::move(values), client.deadline);
  if (!written) co_return std::unexpected(std::move(written).error());
  co_return *written == 1;
}

}  // namespace trivet::auth
