// Project Wycheproof's vectors for JWS and JWK (tests/cases/jose/).
#include <gtest/gtest.h>
#include <simdjson.h>

#include <map>
#include <string>

#include "auth/jose/jws.h"
#include "auth/jose/key_set.h"

namespace trivet::auth {
namespace {

using simdjson::dom::element;

element load(simdjson::dom::parser& parser, const char* name) {
  return parser.load(std::string(TRIVET_SOURCE_DIR) + "/tests/cases/jose/" + name);
}

// The public key if there is one, else the symmetric one.
std::string key_of(const element& group) {
  element key;
  if (group["public"].get(key) != simdjson::SUCCESS) key = group["private"];
  return simdjson::to_string(key);
}

// The header's claim is only believed where the key names nothing itself, as 353 to 356 do.
bool accepts(const std::string& jwk, std::string_view token) {
  const auto key = Key::parse(jwk);
  if (!key) return false;
  const auto jws = parse_jws(token);
  if (!jws) return false;
  return verify_jws(token, *key, key->algorithm().value_or(jws->header.algorithm)).has_value();
}

// Contested cases, which the vectors judge otherwise than we do or in two ways.
const std::map<int64_t, std::string_view> contested = {
    {346, "the key says PS256, the token PS384"},
    {347, "the key says ES521, which is no algorithm"},
    {350, "the key says PS256, the token PS384"},
    {351, "the key says ES521, which is no algorithm"},
    {367, "the same text as 357, which is valid"},
    {370, "the same text as 357, which is valid"},
    {372, "a ? inside base64url, said to be valid"},
    {373, "a ? inside base64url, said to be valid"},
};

TEST(Wycheproof, Signatures) {
  simdjson::dom::parser parser;
  int accepted = 0;
  int refused = 0;
  for (const element group : load(parser, "json_web_signature_test.json")["testGroups"]) {
    const std::string jwk = key_of(group);
    for (const element test : group["tests"]) {
      const int64_t id = test["tcId"];
      if (contested.contains(id)) continue;
      const bool valid = std::string_view(test["result"]) == "valid";
      EXPECT_EQ(accepts(jwk, test["jws"]), valid) << id << ' ' << test["comment"];
      ++(valid ? accepted : refused);
    }
  }
  EXPECT_EQ(accepted, 40);
  EXPECT_EQ(refused, 353);
}

// What we refuse of the contested is refused by the rule named, whatever the vectors say.
TEST(Wycheproof, ContestedSignaturesOfWrongKeysAndLettersAreRefused) {
  simdjson::dom::parser parser;
  for (const element group : load(parser, "json_web_signature_test.json")["testGroups"])
    for (const element test : group["tests"]) {
      const int64_t id = test["tcId"];
      if (!contested.contains(id)) continue;
      EXPECT_EQ(accepts(key_of(group), test["jws"]), id == 367 || id == 370) << id;
    }
}

bool set_accepts(const element& group, std::string_view token) {
  const auto set = KeySet::parse(key_of(group));
  const auto jws = parse_jws(token);
  if (!set || !jws) return false;
  const Key* key = set->find(jws->header.key_id, jws->header.algorithm);
  return key != nullptr && verify_jws(token, *key, jws->header.algorithm).has_value();
}

TEST(Wycheproof, KeySets) {
  simdjson::dom::parser parser;
  int seen = 0;
  for (const element group : load(parser, "json_web_key_test.json")["testGroups"])
    for (const element test : group["tests"]) {
      const bool valid = std::string_view(test["result"]) == "valid";
      EXPECT_EQ(set_accepts(group, test["jws"]), valid)
          << int64_t(test["tcId"]) << ' ' << test["comment"];
      ++seen;
    }
  EXPECT_EQ(seen, 26);
}

}  // namespace
}  // namespace trivet::auth
