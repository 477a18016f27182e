// StoredKeys: what this node knows of the keys that the database keeps, and when it looks again.
//
// A state is used for stored_keys_seconds; the first request after that reads it anew before it goes on, while others go on with
// what is known. A key that this node doesn't know makes it look at once, but once a second. Nobody is
// let in by what was never read: until then the keys are not available. A database that is away leaves the last state in
// use, which gives access to nothing but that database. Thread-safe.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "auth/ring/key_ring.h"
#include "auth/stored_keys/key_rows.h"
#include "base/clock.h"
#include "engine/engine.h"

namespace trivet::auth {

// How old a state may be that is used.
inline constexpr int64_t stored_keys_seconds = 5;

struct StoredKeysParts {
  std::shared_ptr<const schema::Schema> schema;  // accounts_schema()
  store::Store& store;                           // this and what follows must outlive the keys
  engine::Environment& environment;
  const Clock& clock;
  std::string secret;  // of the project
  std::function<void(std::string_view)> log{};  // of what can't be read or used; any thread
};

// An API key of the database, ready for use.
struct KnownKey {
  ApiKey key;
  std::shared_ptr<const Identity> identity;
};

class StoredKeys final : public SigningKeys {
 public:
  explicit StoredKeys(StoredKeysParts parts);

  // False: nothing was ever read.
  [[nodiscard]] bool is_loaded() const;
  // Another number as soon as other signing keys hold.
  [[nodiscard]] uint64_t version() const { return version_.load(std::memory_order_acquire); }
  [[nodiscard]] KeySet verifying_keys(int64_t now_seconds) const;
  // Null: there is none of that text, or it has expired.
  [[nodiscard]] std::shared_ptr<const KnownKey> find_key(std::string_view text) const;

  [[nodiscard]] Key signing_key(int64_t now_seconds) const override;
  [[nodiscard]] std::string public_jwks(int64_t now_seconds) const override;

  // Whether this request is the one to call refresh() first. A true is a promise to do it.
  [[nodiscard]] bool is_due();
  // … because it names a key that isn't known.
  [[nodiscard]] bool is_due_for_unknown();
  [[nodiscard]] bool knows_signing_key(std::string_view key_id) const;
  // Errors go to the log.
  [[nodiscard]] task<void> refresh(store::Deadline deadline);

 private:
  using ApiKeys = std::unordered_map<std::string, std::shared_ptr<const KnownKey>>;
  struct State {
    int64_t read_at = 0;  // steady ns, when reading began
    std::string record;   // as stored; empty: never turned over
    KeyRing ring;
    ApiKeys api_keys;  // by hash
  };

  [[nodiscard]] std::shared_ptr<const State> state() const;
  [[nodiscard]] KeyRing parse_ring(const std::string& record) const;
  void keep(int64_t began, std::string record, const std::vector<ApiKey>& keys);
  void give_up(const Refusal& refusal);

  const StoredKeysParts parts_;
  engine::Engine engine_;
  const KeyRows rows_;
  std::atomic<uint64_t> version_{1};

  mutable std::mutex mutex_;            // guards what follows
  std::shared_ptr<const State> state_;  // shared: requests use one while the next is put in place
  bool is_loaded_ = false;
  int64_t due_at_ = 0;    // steady ns
  int64_t began_at_ = 0;  // the last reading
  bool has_begun_ = false;
  unsigned reading_ = 0;  // requests that read now
};

}  // namespace trivet::auth
