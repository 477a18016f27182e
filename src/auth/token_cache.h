// Verified tokens, so that a client's second request costs a lookup and not an HMAC and a JSON
// parse.
//
// A bounded, set-associative table in shards with a lock each; only tokens that passed verification
// are put in, whole, and the whole text is compared. Full: the older of two is replaced.
// Thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "value/identity.h"

namespace trivet::auth {

class IssuerKeys;

struct VerifiedToken {
  std::shared_ptr<const Identity>
      identity;  // shared: a request keeps it while the entry is replaced
  int64_t expires_at = 0;
  // Of a foreign issuer: whose keys, and which of their versions, verified it. Null: our own.
  IssuerKeys* issuer_keys = nullptr;
  uint64_t keys_version = 0;
};

class TokenCache {
 public:
  static constexpr size_t entries_max = 4096;

  [[nodiscard]] std::optional<VerifiedToken> find(std::string_view token) const;
  void insert(std::string_view token, VerifiedToken verified);

 private:
  static constexpr size_t ways = 2;
  static constexpr size_t shard_count = 64;
  static constexpr size_t sets_per_shard = entries_max / ways / shard_count;

  struct Entry {
    size_t hash = 0;
    std::string token;
    VerifiedToken verified;
  };
  struct Shard {
    mutable std::mutex mutex;
    std::array<std::array<Entry, ways>, sets_per_shard>
        sets;  // guarded by mutex; way 0 is the newest
  };

  [[nodiscard]] static size_t shard_of(size_t hash) { return hash % shard_count; }
  [[nodiscard]] static size_t set_of(size_t hash) { return hash / shard_count % sets_per_shard; }

  std::unique_ptr<std::array<Shard, shard_count>> shards_ =
      std::make_unique<std::array<Shard, shard_count>>();
};

}  // namespace trivet::auth
