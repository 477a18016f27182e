#include "auth/token_cache.h"

#include <functional>
#include <utility>

namespace trivet::auth {

std::optional<VerifiedToken> TokenCache::find(std::string_view token) const {
  const size_t hash = std::hash<std::string_view>{}(token);
  const Shard& shard = (*shards_)[shard_of(hash)];
  const std::lock_guard lock(shard.mutex);
  for (const Entry& entry : shard.sets[set_of(hash)])
    if (entry.hash == hash && entry.token == token) return entry.verified;
  return std::nullopt;
}

void TokenCache::insert(std::string_view token, VerifiedToken verified) {
  const size_t hash = std::hash<std::string_view>{}(token);
  Entry entry{hash, std::string(token), std::move(verified)};
  Shard& shard = (*shards_)[shard_of(hash)];
  const std::lock_guard lock(shard.mutex);
  auto& set = shard.sets[set_of(hash)];
  if (set[0].token != token) std::swap(set[0], set[1]);
  std::swap(set[0], entry);
}

}  // namespace trivet::auth
