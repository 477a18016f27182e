#include "auth/passwords/breaches.h"

#include <openssl/sha.h>

#include <algorithm>

#include "auth/passwords/text.h"
#include "http/text.h"

namespace trivet::auth {
namespace {

constexpr size_t prefix_digits = 5;

std::string sha1_digits(std::string_view text) {
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  std::string digits = encode_hex({reinterpret_cast<const char*>(digest), sizeof digest});
  std::ranges::transform(digits, digits.begin(), [](char c) {
    return c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c;
  });
  return digits;
}

}  // namespace

bool lists_suffix(std::string_view answer, std::string_view suffix) {
  while (!answer.empty()) {
    std::string_view count = http::trim_blanks(http::take_until(answer, '\n'));
    if (count.ends_with('\r')) count.remove_suffix(1);
    if (http::take_until(count, ':') == suffix) return count.find_first_not_of('0') != count.npos;
  }
  return false;
}

BreachList::BreachList(std::string url, Fetch fetch, Log log)
    : url_(std::move(url)), fetch_(std::move(fetch)), log_(std::move(log)) {}

task<bool> BreachList::holds(std::string password) {
  const std::string digits = sha1_digits(password);
  FetchRequest request;
  request.url = url_ + digits.substr(0, prefix_digits);
  request.reach = request.url.starts_with("http://") ? Reach::this_machine : Reach::anywhere;
  request.stop = &stopping_;
  request.headers = {"Add-Padding: true"};
  const auto done = co_await pool_.run([&] { return fetch_(request); });
  if (!done || !*done) {
    // Not the URL as it was asked: five digits of a password's digest are in it.
    log_(url_ + ": passwords aren't looked up in the list of breached ones");
    co_return false;
  }
  co_return lists_suffix(**done, std::string_view(digits).substr(prefix_digits));
}

}  // namespace trivet::auth
