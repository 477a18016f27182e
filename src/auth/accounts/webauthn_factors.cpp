// Authenticators as second factors (dialects/auth.md, section 6).
#include <algorithm>

#include "auth/accounts/accounts.h"
#include "auth/base64url.h"

namespace trivet::auth {

// What is true of the factor is written only where nobody else was quicker, as with a code's step.
task<answer<bool>> Accounts::take_credential(const Factor& factor, FactorChallenge challenge,
                                             FactorAnswer given, Client client) {
  std::vector<Condition> used;
  used.push_back({"id", store::Op::eq, Value::text(challenge.id)});
  auto taken = co_await challenges_.remove(std::move(used), client.deadline);
  if (!taken) co_return std::unexpected(std::move(taken).error());
  if (*taken == 0) co_return false;
  std::vector<Condition> where;
  where.push_back({"id", store::Op::eq, Value::text(factor.id)});
  where.push_back({"status", store::Op::eq, Value::text(factor.status)});
  where.push_back({"last_step", store::Op::eq, Value::integer(factor.last_step)});
  std::vector<Assignment> values;
  values.push_back({"updated_at", Value::timestamp(now_us())});
  std::string credential_id, key;  // viewed by the values
  if (factor.is_verified()) {
    if (!given.assertion || given.credential_id != factor.credential_id) co_return false;
    const auto proof =
        check_assertion(relying_party(), challenge.challenge, factor.public_key, *given.assertion);
    if (!proof) co_return false;
    // A counter that went back belongs to a copy (Web Authentication, 7.2, 21).
    const bool counts = proof->count != 0 || factor.last_step != 0;
    if (counts && proof->count <= factor.last_step) co_return false;
    values.push_back({"last_step", Value::integer(proof->count)});
  } else {
    if (!given.registration) co_return false;
    auto made = check_registration(relying_party(), challenge.challenge, *given.registration);
    if (!made) co_return false;
    credential_id = encode_base64url(made->id);
    key = std::move(made->key);
    values.push_back({"last_step", Value::integer(made->count)});
    values.push_back({"credential_id", Value::text(credential_id)});
    values.push_back({"public_key", Value::text(key)});
    values.push_back({"status", Value::text("verified")});
  }
  auto written = co_await factors_.update(std::move(where), std::move(values), client.deadline);
  if (!written) co_return std::unexpected(std::move(written).error());
  co_return *written == 1;
}

}  // namespace trivet::auth
