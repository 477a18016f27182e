#include "auth/stored_keys/key_desk.h"

#include <algorithm>

#include "auth/records/records.h"
#include "auth/stored_keys/stored_keys.h"
#include "base/ids.h"
#include "value/json_builder.h"

namespace trivet::auth {
namespace {

constexpr std::string_view log_type = "key";

std::unexpected<Refusal> wrong(std::string text) {
  return refuse(400, "validation_failed", std::move(text));
}

bool is_for_signing(Algorithm algorithm) {
  return algorithm == Algorithm::es256 || algorithm == Algorithm::rs256 ||
         algorithm == Algorithm::eddsa;
}

}  // namespace

KeyDesk::KeyDesk(KeyDeskParts parts)
    : parts_(std::move(parts)), rows_(parts_.engine), events_(parts_.engine, "AuditEvent") {}

task<answer<KeyDesk::Loaded>> KeyDesk::load(Rotation::Foreign foreign, store::Deadline deadline) {
  auto record = co_await rows_.find_ring(deadline);
  if (!record) co_return std::unexpected(std::move(record).error());
  if (!*record) co_return Loaded{KeyRing::derived(parts_.secret), 0};
  auto ring = KeyRing::parse((*record)->text, parts_.secret);
  if (ring) co_return Loaded{*std::move(ring), (*record)->version};
  if (foreign == Rotation::Foreign::drop)
    co_return Loaded{KeyRing::derived(parts_.secret), (*record)->version};
  co_return wrong("the signing keys of the database can't be used: " + ring.error().details +
                  ". `trivet keys rotate --anew` begins new ones; what the old ones signed is refused then");
}

task<answer<void>> KeyDesk::save(Loaded loaded, store::Deadline deadline) {
  RingRecord record{loaded.version + 1, loaded.ring.print(parts_.secret, parts_.random)};
  auto saved = co_await rows_.save_ring(std::move(record), parts_.clock.now_us(), deadline);
  if (!saved) co_return std::unexpected(std::move(saved).error());
  if (!*saved) co_return wrong("somebody else changed the signing keys at the same time: look again");
  co_return answer<void>();
}

task<answer<KeyList>> KeyDesk::list(store::Deadline deadline) {
  auto loaded = co_await load(Rotation::Foreign::refuse, deadline);
  if (!loaded) co_return std::unexpected(std::move(loaded).error());
  auto keys = co_await rows_.list_keys(deadline);
  if (!keys) co_return std::unexpected(std::move(keys).error());
  co_return KeyList{std::move(loaded->ring), *std::move(keys)};
}

task<answer<KeyRing>> KeyDesk::rotate(Rotation wanted, store::Deadline deadline) {
  if (!is_for_signing(wanted.algorithm))
    co_return wrong("access tokens are signed with ES256, RS256 or EdDSA");
  auto loaded = co_await load(wanted.foreign, deadline);
  if (!loaded) co_return std::unexpected(std::move(loaded).error());
  for (const RingKey& key : loaded->ring.keys())
    if (key.signs_from > now() && wanted.when == Rotation::When::after_standby)
      co_return wrong("key " + key.key.id() + " is on standby already: it signs soon");
  const bool is_now = wanted.when == Rotation::When::now;
  const int64_t wait = is_now ? stored_keys_seconds + 1 : standby_seconds;
  loaded->ring.rotate(wanted.algorithm, now(), now() + wait);
  const std::string id = loaded->ring.keys().back().key.id();
  KeyRing ring = loaded->ring;
  auto saved = co_await save(*std::move(loaded), deadline);
  if (!saved) co_return std::unexpected(std::move(saved).error());
  auto logged = co_await audit("signing_key_rotated", id, deadline);
  if (!logged) co_return std::unexpected(std::move(logged).error());
  co_return ring;
}

task<answer<MadeKey>> KeyDesk::create(ApiKey wanted, store::Deadline deadline) {
  if (const auto checked = check_api_key(wanted); !checked)
    co_return wrong(checked.error().message +
                    (checked.error().hint.empty() ? "" : ". " + checked.error().hint));
  auto known = co_await rows_.list_keys(deadline);
  if (!known) co_return std::unexpected(std::move(known).error());
  if (std::cmp_greater_equal(known->size(), api_keys_max))
    co_return wrong("there are " + std::to_string(api_keys_max) + " keys already: revoke some");
  MadeKey made{std::move(wanted), {}};
  made.text = make_api_key(made.key.kind, parts_.random);
  made.key.id = IdMaker(parts_.clock, parts_.random).uuid4();
  made.key.hash = hash_api_key(made.text);
  made.key.hint = api_key_hint(made.text);
  made.key.created_at = parts_.clock.now_us();
  auto added = co_await rows_.add_key(made.key, deadline);
  if (!added) co_return std::unexpected(std::move(added).error());
  if (!*added) co_return wrong("there is a key called " + made.key.name + " already");
  auto logged = co_await audit("api_key_created", made.key.name, deadline);
  if (!logged) co_return std::unexpected(std::move(logged).error());
  co_return made;
}

task<answer<KeyDesk::Revoked>> KeyDesk::revoke(std::string name, store::Deadline deadline) {
  auto keys = co_await rows_.list_keys(deadline);
  if (!keys) co_return std::unexpected(std::move(keys).error());
  const auto found = std::ranges::find(*keys, name, &ApiKey::name);
  if (found != keys->end()) {
    auto removed = co_await rows_.remove_key(found->id, deadline);
    if (!removed) co_return std::unexpected(std::move(removed).error());
    auto logged = co_await audit("api_key_revoked", name, deadline);
    if (!logged) co_return std::unexpected(std::move(logged).error());
    co_return Revoked::api_key;
  }
  auto loaded = co_await load(Rotation::Foreign::refuse, deadline);
  if (!loaded) co_return std::unexpected(std::move(loaded).error());
  const auto revoked = loaded->ring.revoke(name, now());
  if (!revoked) co_return wrong(name + ": " + revoked.error().details);
  auto saved = co_await save(*std::move(loaded), deadline);
  if (!saved) co_return std::unexpected(std::move(saved).error());
  auto logged = co_await audit("signing_key_revoked", name, deadline);
  if (!logged) co_return std::unexpected(std::move(logged).error());
  co_return Revoked::signing_key;
}

task<answer<void>> KeyDesk::audit(std::string action, std::string name, store::Deadline deadline) {
  const std::string id = IdMaker(parts_.clock, parts_.random).uuid4();
  JsonBuilder json;
  json.open_object().member("action", action).member("log_type", log_type);
  json.key("traits").open_object().member("key", name).close().close();
  const std::string payload = json.take();
  std::vector<Assignment> values;
  values.push_back({"id", Value::text(id)});
  values.push_back({"action", Value::text(action)});
  values.push_back({"log_type", Value::text(log_type)});
  values.push_back({"payload", Value::json(payload)});
  values.push_back({"created_at", Value::timestamp(parts_.clock.now_us())});
  auto done = co_await events_.insert(std::move(values), std::vector<Child>(), deadline);
  if (!done) co_return std::unexpected(std::move(done).error());
  co_return answer<void>();
}

}  // namespace trivet::auth
