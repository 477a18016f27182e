#include "auth/jose/key_set.h"

#include <map>

#include "auth/jose/json_object.h"

namespace trivet::auth {
namespace {

// "kid" of an entry, whatever else is wrong with it; empty = none.
std::string id_of(const simdjson::dom::element& item) {
  std::string_view id;
  return item["kid"].get(id) == simdjson::SUCCESS ? std::string(id) : std::string();
}

}  // namespace

result<KeySet> KeySet::parse(std::string_view jwks) {
  const auto no_set = [] {
    return fail(ErrorCode::bad_jwt, "The key set can't be used");
  };
  if (jwks.size() > key_set_bytes_max) return no_set();
  simdjson::dom::parser parser;
  const auto members = parse_json_object(parser, jwks);
  simdjson::dom::array items;
  if (!members || members->at_key("keys").get(items) != simdjson::SUCCESS ||
      items.size() > key_set_keys_max)
    return no_set();
  std::vector<Key> keys;
  std::map<std::string, size_t> entries;  // by id, also of those that are left out
  bool has_public = false;
  for (const simdjson::dom::element item : items) {
    ++entries[id_of(item)];
    result<Key> key = Key::parse(simdjson::to_string(item));
    if (!key) continue;
    has_public = has_public || key->type() != KeyType::symmetric;
    keys.push_back(*std::move(key));
  }
  // A secret published beside public keys is none.
  if (has_public)
    std::erase_if(keys, [](const Key& key) { return key.type() == KeyType::symmetric; });
  std::erase_if(keys, [&entries](const Key& key) {
    return !key.id().empty() && entries[key.id()] > 1;
  });
  return KeySet(std::move(keys));
}

const Key* KeySet::find(std::string_view key_id, Algorithm algorithm) const {
  const Key* found = nullptr;
  for (const Key& key : keys_) {
    if (!key.allows(algorithm) || (!key_id.empty() && key.id() != key_id)) continue;
    if (found != nullptr) return nullptr;
    found = &key;
  }
  return found;
}

std::string KeySet::public_jwks() const {
  std::string json = R"({"keys":[)";
  for (const Key& key : keys_) {
    if (key.type() == KeyType::symmetric) continue;
    if (json.back() != '[') json += ',';
    json += key.public_jwk();
  }
  return json + "]}";
}

}  // namespace trivet::auth
