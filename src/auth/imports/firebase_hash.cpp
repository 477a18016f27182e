#include "auth/imports/firebase_hash.h"

#include <algorithm>
#include <charconv>
#include <map>

namespace trivet::auth {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '+' || c == '/' || c == '=';
}

// Words, of which one before a colon names the one after it; quotes, commas and brackets don't matter.
std::map<std::string, std::string, std::less<>> pairs_of(std::string_view text) {
  std::map<std::string, std::string, std::less<>> pairs;
  std::string name;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty() && !name.empty()) {
      pairs.emplace(std::move(name), word);
      name.clear();
    }
  };
  std::string last;
  for (const char c : text) {
    if (is_word(c)) {
      word += c;
      continue;
    }
    end_word();
    if (!word.empty()) last = word;
    word.clear();
    if (c == ':') name = last;
  }
  end_word();
  return pairs;
}

bool read_number(const std::string& text, uint32_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

std::string with_standard_letters(std::string_view base64) {
  std::string text(base64);
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  return text;
}

}  // namespace

result<FirebaseHash> parse_firebase_hash(std::string_view text) {
  const auto pairs = pairs_of(text);
  FirebaseHash hash;
  const auto algorithm = pairs.find("algorithm");
  if (algorithm != pairs.end() && algorithm->second != "SCRYPT")
    return fail(ErrorCode::bad_config, "of Firebase's algorithms only SCRYPT is known");
  for (const auto& [name, to] : {std::pair("base64_signer_key", &hash.signer_key),
                                 std::pair("base64_salt_separator", &hash.salt_separator)}) {
    const auto found = pairs.find(name);
    if (found == pairs.end())
      return fail(ErrorCode::bad_config, std::string("Firebase's hash parameters lack ") + name);
    *to = with_standard_letters(found->second);
  }
  for (const auto& [name, to] :
       {std::pair("rounds", &hash.rounds), std::pair("mem_cost", &hash.mem_cost)}) {
    const auto found = pairs.find(name);
    if (found == pairs.end() || !read_number(found->second, *to))
      return fail(ErrorCode::bad_config, std::string("Firebase's hash parameters lack ") + name);
  }
  return hash;
}

std::string print_firebase_hash(const FirebaseHash& project, std::string_view salt,
                                std::string_view hash) {
  return "$fbscrypt$v=1,n=" + std::to_string(project.mem_cost) +
         ",r=" + std::to_string(project.rounds) + ",p=1,ss=" + project.salt_separator +
         ",sk=" + project.signer_key + '$' + with_standard_letters(salt) + '$' +
         with_standard_letters(hash);
}

}  // namespace trivet::auth
