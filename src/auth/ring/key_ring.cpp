#include "auth/ring/key_ring.h"

#include <algorithm>

#include "auth/jose/json_object.h"
#include "auth/ring/seal.h"

namespace trivet::auth {
namespace {

using simdjson::dom::object;

constexpr std::string_view seed_label = "trivet signing key ES256";
constexpr std::string_view seal_label = "trivet seal of signing keys";

std::unexpected<Error> bad_ring(std::string_view why) {
  return fail(ErrorCode::bad_config, "The signing keys can't be used", std::string(why));
}

Key derived_key(std::string_view secret) {
  return Key::es256_from_seed(derive_bytes(secret, seed_label, 48));
}

std::string seal_key(std::string_view secret) { return derive_bytes(secret, seal_label, 32); }

std::string print_time(int64_t time) { return time == for_ever ? "null" : std::to_string(time); }

// A time of the record; nullopt when it is no number. null = for ever.
std::optional<int64_t> time_member(const object& members, std::string_view name) {
  simdjson::dom::element value;
  if (members.at_key(name).get(value) != simdjson::SUCCESS) return std::nullopt;
  if (value.is_null()) return for_ever;
  int64_t time = 0;
  if (value.get(time) != simdjson::SUCCESS) return std::nullopt;
  return time;
}

result<Key> parse_key(const object& members, std::string_view secret) {
  const TextMember id = text_member(members, "kid");
  const TextMember sealed = text_member(members, "private");
  if (!id.text || (sealed.present && !sealed.text)) return bad_ring("a key without an id");
  if (!sealed.present) {
    Key key = derived_key(secret);
    if (key.id() != *id.text) return bad_ring("they belong to another secret");
    return key;
  }
  const auto jwk = unseal(seal_key(secret), *sealed.text, *id.text);
  if (!jwk) return bad_ring("they belong to another secret, or were changed");
  TRIVET_TRY(Key key, Key::parse(*jwk));
  if (key.id() != *id.text || !key.can_sign() || !key.algorithm())
    return bad_ring("a key that can't sign");
  return key;
}

result<RingKey> parse_ring_key(const object& members, std::string_view secret) {
  const auto made_at = time_member(members, "made_at");
  const auto signs_from = time_member(members, "signs_from");
  const auto verifies_until = time_member(members, "verifies_until");
  if (!made_at || !signs_from || !verifies_until) return bad_ring("a time is missing");
  TRIVET_TRY(Key key, parse_key(members, secret));
  const bool is_derived = !text_member(members, "private").present;
  return RingKey{std::move(key), is_derived ? KeyOrigin::secret : KeyOrigin::random, *made_at,
                 *signs_from, *verifies_until};
}

}  // namespace

std::string_view key_state_name(KeyState state) {
  constexpr std::string_view names[] = {"standby", "current", "previous", "retired"};
  return names[static_cast<size_t>(state)];
}

KeyRing::KeyRing(std::vector<RingKey> keys) : keys_(std::move(keys)) {
  TRIVET_ASSERT(!keys_.empty());
  std::ranges::stable_sort(keys_, {}, &RingKey::signs_from);
}

KeyRing KeyRing::derived(std::string_view secret) {
  std::vector<RingKey> keys;
  keys.push_back({derived_key(secret), KeyOrigin::secret, 0, 0, for_ever});
  return KeyRing(std::move(keys));
}

result<KeyRing> KeyRing::parse(std::string_view text, std::string_view secret) {
  simdjson::dom::parser parser;
  const auto members = parse_json_object(parser, text);
  simdjson::dom::array items;
  if (!members || members->at_key("signing_keys").get(items) != simdjson::SUCCESS ||
      items.size() == 0)
    return bad_ring("it is no record of them");
  std::vector<RingKey> keys;
  for (const simdjson::dom::element item : items) {
    object entry;
    if (item.get(entry) != simdjson::SUCCESS) return bad_ring("it is no record of them");
    TRIVET_TRY(RingKey key, parse_ring_key(entry, secret));
    keys.push_back(std::move(key));
  }
  return KeyRing(std::move(keys));
}

std::string KeyRing::print(std::string_view secret, Random& random) const {
  std::string text = "{\"signing_keys\":[";
  for (const RingKey& entry : keys_) {
    if (text.back() != '[') text += ',';
    text += "\n  {\"kid\":\"" + entry.key.id() + "\",\"alg\":\"";
    text += algorithm_info(*entry.key.algorithm()).name;
    text += "\",\"made_at\":" + print_time(entry.made_at);
    text += ",\"signs_from\":" + print_time(entry.signs_from);
    text += ",\"verifies_until\":" + print_time(entry.verifies_until);
    if (entry.origin == KeyOrigin::random)
      text += ",\"private\":\"" +
              seal(seal_key(secret), entry.key.private_jwk(), entry.key.id(), random) + "\"";
    text += "}";
  }
  return text + "]}\n";
}

void KeyRing::rotate(Algorithm algorithm, int64_t now, int64_t signs_from) {
  std::erase_if(keys_, [now](const RingKey& key) { return key.verifies_until <= now; });
  keys_.push_back({Key::generate(algorithm), KeyOrigin::random, now, signs_from, for_ever});
  std::ranges::stable_sort(keys_, {}, &RingKey::signs_from);
  for (size_t i = 0; i + 1 < keys_.size(); ++i)
    keys_[i].verifies_until =
        std::min(keys_[i].verifies_until, keys_[i + 1].signs_from + retired_seconds);
}

result<void> KeyRing::revoke(std::string_view key_id, int64_t now) {
  const auto found = std::ranges::find_if(
      keys_, [key_id](const RingKey& entry) { return entry.key.id() == key_id; });
  if (found == keys_.end()) return bad_ring("there is no key of this id");
  if (state(*found, now) == KeyState::current)
    return bad_ring("it signs now: rotate first");
  keys_.erase(found);
  return {};
}

KeyState KeyRing::state(const RingKey& key, int64_t now) const {
  if (key.key.id() == signing_key(now).id()) return KeyState::current;
  if (key.verifies_until <= now) return KeyState::retired;
  return key.signs_from > now ? KeyState::standby : KeyState::previous;
}

Key KeyRing::signing_key(int64_t now) const {
  const RingKey* found = &keys_.front();
  for (const RingKey& entry : keys_)
    if (entry.signs_from <= now) found = &entry;
  return found->key;
}

KeySet KeyRing::verifying_keys(int64_t now) const {
  std::vector<Key> keys;
  for (const RingKey& entry : keys_)
    if (state(entry, now) != KeyState::retired) keys.push_back(entry.key);
  return KeySet(std::move(keys));
}

std::string KeyRing::public_jwks(int64_t now) const { return verifying_keys(now).public_jwks(); }

}  // namespace trivet::auth
