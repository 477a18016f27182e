#include "auth/stored_keys/stored_keys.h"

namespace trivet::auth {
namespace {

constexpr int64_t second = 1'000'000'000;  // ns
constexpr int64_t used_for = stored_keys_seconds * second;
constexpr int64_t pause_after_failure = second;
constexpr int64_t between_unknown = second;
constexpr unsigned readers_max = 4;

Limits without_row_limit() {
  Limits limits;
  limits.rows_max = 0;
  return limits;
}

}  // namespace

StoredKeys::StoredKeys(StoredKeysParts parts)
    : parts_(std::move(parts)),
      engine_(parts_.schema, parts_.store, parts_.environment, without_row_limit()),
      rows_(engine_),
      state_(std::make_shared<const State>(State{0, {}, KeyRing::derived(parts_.secret), {}})) {}

std::shared_ptr<const StoredKeys::State> StoredKeys::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

bool StoredKeys::is_loaded() const {
  const std::lock_guard lock(mutex_);
  return is_loaded_;
}

KeySet StoredKeys::verifying_keys(int64_t now_seconds) const {
  return state()->ring.verifying_keys(now_seconds);
}

std::shared_ptr<const KnownKey> StoredKeys::find_key(std::string_view text) const {
  if (!is_api_key(text)) return nullptr;
  const std::shared_ptr<const State> known = state();
  // By the digest: how long it takes says nothing about the text.
  const auto found = known->api_keys.find(hash_api_key(text));
  if (found == known->api_keys.end()) return nullptr;
  const int64_t expires_at = found->second->key.expires_at;
  return expires_at != 0 && expires_at <= parts_.clock.now_us() ? nullptr : found->second;
}

Key StoredKeys::signing_key(int64_t now_seconds) const {
  return state()->ring.signing_key(now_seconds);
}

std::string StoredKeys::public_jwks(int64_t now_seconds) const {
  return state()->ring.public_jwks(now_seconds);
}

bool StoredKeys::knows_signing_key(std::string_view key_id) const {
  for (const RingKey& entry : state()->ring.keys())
    if (entry.key.id() == key_id) return true;
  return false;
}

bool StoredKeys::is_due() {
  const std::lock_guard lock(mutex_);
  const int64_t now = parts_.clock.steady_ns();
  if (has_begun_ && now < due_at_) return !is_loaded_ && reading_ > 0;
  due_at_ = now + used_for;
  return true;
}

bool StoredKeys::is_due_for_unknown() {
  const std::lock_guard lock(mutex_);
  const int64_t now = parts_.clock.steady_ns();
  // Whoever brings the same new key at the same time waits too, but for a crowd: made-up keys would keep it going.
  return !has_begun_ || (reading_ > 0 && reading_ < readers_max) || now - began_at_ >= between_unknown;
}

task<void> StoredKeys::refresh(store::Deadline deadline) {
  struct Reading {
    explicit Reading(StoredKeys& owner) : keys(owner) {
      const std::lock_guard lock(keys.mutex_);
      began = keys.began_at_ = keys.parts_.clock.steady_ns();
      keys.has_begun_ = true;
      ++keys.reading_;
    }
    ~Reading() {
      const std::lock_guard lock(keys.mutex_);
      --keys.reading_;
    }
    StoredKeys& keys;
    int64_t began = 0;
  } reading(*this);
  auto record = co_await rows_.find_ring(deadline);
  if (!record) co_return give_up(record.error());
  auto keys = co_await rows_.list_keys(deadline);
  if (!keys) co_return give_up(keys.error());
  keep(reading.began, *record ? std::move((*record)->text) : std::string(), *keys);
}

KeyRing StoredKeys::parse_ring(const std::string& record) const {
  if (record.empty()) return KeyRing::derived(parts_.secret);
  result<KeyRing> ring = KeyRing::parse(record, parts_.secret);
  if (ring) return *std::move(ring);
  if (parts_.log)
    parts_.log("the signing keys of the database can't be used, the one of the secret is: " +
               ring.error().details);
  return KeyRing::derived(parts_.secret);
}

void StoredKeys::keep(int64_t began, std::string record, const std::vector<ApiKey>& keys) {
  const std::shared_ptr<const State> before = state();
  const bool is_same = record == before->record;
  auto fresh = std::make_shared<State>(
      State{began, record, is_same ? before->ring : parse_ring(record), {}});
  for (const ApiKey& key : keys)
    fresh->api_keys.emplace(
        key.hash, std::make_shared<const KnownKey>(KnownKey{
                      key, std::make_shared<const Identity>(identity_of(key))}));
  const std::lock_guard lock(mutex_);
  // One that began to read later was faster.
  if (is_loaded_ && state_->read_at > began) return;
  if (state_->record != fresh->record) version_.fetch_add(1, std::memory_order_acq_rel);
  state_ = std::move(fresh);
  is_loaded_ = true;
}

void StoredKeys::give_up(const Refusal& refusal) {
  {
    const std::lock_guard lock(mutex_);
    due_at_ = parts_.clock.steady_ns() + pause_after_failure;
  }
  if (parts_.log) parts_.log("the keys of the database can't be read: " + refusal.log_text);
}

}  // namespace trivet::auth
