// Signing keys and API keys as rows of the accounts' models (auth/records/schema.h): reading and writing them, no
// more. Borrows the engine; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/records/refusal.h"
#include "auth/records/table.h"
#include "auth/stored_keys/api_key.h"

namespace trivet::auth {

inline constexpr int64_t api_keys_max = 1000;

struct RingRecord {
  int64_t version = 0;
  std::string text;  // KeyRing::print
};

class KeyRows {
 public:
  explicit KeyRows(engine::Engine& engine);

  // nullopt: the signing keys were never turned over.
  [[nodiscard]] task<answer<std::optional<RingRecord>>> find_ring(store::Deadline deadline) const;
  // False: another one was there first (its version isn't the one before `record`'s), nothing is written.
  [[nodiscard]] task<answer<bool>> save_ring(RingRecord record, int64_t now_us,
                                             store::Deadline deadline) const;
  // By name.
  [[nodiscard]] task<answer<std::vector<ApiKey>>> list_keys(store::Deadline deadline) const;
  // False: there is one of that name.
  [[nodiscard]] task<answer<bool>> add_key(ApiKey key, store::Deadline deadline) const;
  [[nodiscard]] task<answer<bool>> remove_key(std::string id, store::Deadline deadline) const;

 private:
  const Table records_;
  const Table keys_;
};

}  // namespace trivet::auth
