// What operators do with the keys of the database: `trivet keys rotate, list, create, revoke`. Every change is
// written to the audit events too. Borrows what it is given; one thread at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/ring/key_ring.h"
#include "auth/stored_keys/key_rows.h"
#include "base/clock.h"
#include "base/random.h"
#include "engine/engine.h"

namespace trivet::auth {

struct KeyDeskParts {
  engine::Engine& engine;  // over accounts_schema()
  const Clock& clock;
  Random& random;
  std::string secret;  // of the project
};

struct Rotation {
  Algorithm algorithm = Algorithm::es256;
  // `now` means as soon as every node knows the key.
  enum class When : uint8_t { after_standby, now } when = When::after_standby;
  // What becomes of a record that this secret can't open.
  enum class Foreign : uint8_t { refuse, drop } foreign = Foreign::refuse;
};

struct KeyList {
  KeyRing ring;
  std::vector<ApiKey> api_keys;
};

struct MadeKey {
  ApiKey key;
  std::string text;  // kept nowhere
};

class KeyDesk {
 public:
  explicit KeyDesk(KeyDeskParts parts);

  [[nodiscard]] task<answer<KeyList>> list(store::Deadline deadline);
  // The new ring. Algorithms: ES256, RS256, EdDSA.
  [[nodiscard]] task<answer<KeyRing>> rotate(Rotation wanted, store::Deadline deadline);
  // Takes name, kind, role, scopes and expires_at of `wanted`.
  [[nodiscard]] task<answer<MadeKey>> create(ApiKey wanted, store::Deadline deadline);
  // An API key by name, or a signing key by id; says which it was.
  enum class Revoked : uint8_t { api_key, signing_key };
  [[nodiscard]] task<answer<Revoked>> revoke(std::string name, store::Deadline deadline);

 private:
  struct Loaded {
    KeyRing ring;
    int64_t version = 0;
  };
  [[nodiscard]] int64_t now() const { return parts_.clock.now_us() / 1'000'000; }
  [[nodiscard]] task<answer<Loaded>> load(Rotation::Foreign foreign, store::Deadline deadline);
  [[nodiscard]] task<answer<void>> save(Loaded loaded, store::Deadline deadline);
  [[nodiscard]] task<answer<void>> audit(std::string action, std::string name,
                                         store::Deadline deadline);

  const KeyDeskParts parts_;
  const KeyRows rows_;
  const Table events_;
};

}  // namespace trivet::auth
