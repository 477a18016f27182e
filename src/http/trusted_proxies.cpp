#include "http/trusted_proxies.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "http/text.h"

namespace trivet::http {
namespace {

using Address = std::array<uint8_t, 16>;

constexpr Address v4_mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned v4_offset = 96;  // bits before the address itself

bool is_v4(const Address& address) {
  return std::equal(v4_mapped.begin(), v4_mapped.begin() + 12, address.begin());
}

std::optional<Address> parse_address(std::string_view text) {
  const std::string whole(text);  // inet_pton wants its end
  Address address{};
  if (inet_pton(AF_INET6, whole.c_str(), address.data()) == 1) return address;
  address = v4_mapped;
  if (inet_pton(AF_INET, whole.c_str(), address.data() + 12) == 1) return address;
  return std::nullopt;
}

std::string text_of(const Address& address) {
  char text[INET6_ADDRSTRLEN];
  if (is_v4(address)) return inet_ntop(AF_INET, address.data() + 12, text, sizeof text);
  return inet_ntop(AF_INET6, address.data(), text, sizeof text);
}

// An element of the header; some proxies append the port.
std::optional<Address> parse_hop(std::string_view hop) {
  if (hop.starts_with('[')) {
    const size_t end = hop.find(']');
    return end == hop.npos ? std::nullopt : parse_address(hop.substr(1, end - 1));
  }
  if (const size_t colon = hop.find(':'); colon != hop.npos && hop.find(':', colon + 1) == hop.npos)
    hop = hop.substr(0, colon);
  return parse_address(hop);
}

}  // namespace

std::optional<TrustedProxies::Network> TrustedProxies::parse_network(std::string_view text) {
  const size_t slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  Network network{*address, 128};
  if (slash == text.npos) return network;
  const unsigned offset = is_v4(*address) ? v4_offset : 0;
  const std::string_view digits = text.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (error != std::errc() || end != digits.data() + digits.size() || bits > 128 - offset)
    return std::nullopt;
  network.bits = bits + offset;
  return network;
}

result<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& texts) {
  TrustedProxies proxies;
  for (const std::string& text : texts) {
    if (text == "unix") {
      proxies.unix_ = true;
      continue;
    }
    const auto network = parse_network(text);
    if (!network)
      return fail(ErrorCode::bad_config,
                  fmt::format("\"{}\" is neither an address (192.0.2.7), nor a network "
                              "(10.0.0.0/8, fd00::/8), nor unix",
                              text));
    proxies.networks_.push_back(*network);
  }
  return proxies;
}

bool TrustedProxies::trusts(const Address& address) const {
  return std::ranges::any_of(networks_, [&address](const Network& network) {
    const size_t whole = network.bits / 8;
    if (!std::equal(address.begin(), address.begin() + whole, network.address.begin()))
      return false;
    const unsigned rest = network.bits % 8;
    if (rest == 0) return true;
    const auto mask = static_cast<uint8_t>(0xff << (8 - rest));
    return ((address[whole] ^ network.address[whole]) & mask) == 0;
  });
}

bool TrustedProxies::trusts_peer(std::string_view peer) const {
  if (peer == "unix") return unix_;
  const auto address = parse_address(peer);
  return address && trusts(*address);
}

std::string TrustedProxies::client_of(const Request& request) const {
  if ((networks_.empty() && !unix_) || !trusts_peer(request.peer_address)) return {};
  std::string client;
  // Several headers of that name are one list (RFC 9110, 5.3).
  for (auto header = request.headers.rbegin(); header != request.headers.rend(); ++header) {
    if (!equals_lower(header->name, "x-forwarded-for")) continue;
    std::string_view hops = header->value;
    while (!hops.empty()) {
      const size_t comma = hops.rfind(',');
      const std::string_view hop = trim_blanks(hops.substr(comma == hops.npos ? 0 : comma + 1));
      hops = comma == hops.npos ? std::string_view() : hops.substr(0, comma);
      const auto address = parse_hop(hop);
      // What a trusted proxy wrote and isn't an address ("unknown") hides whoever came before.
      if (!address) return client;
      client = text_of(*address);
      if (!trusts(*address)) return client;
    }
  }
  return client;
}

}  // namespace trivet::http
