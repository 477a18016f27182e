#include "net/endpoint.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

namespace trivet::net {
namespace {

constexpr int backlog = 4096;

std::unexpected<Error> endpoint_error(std::string_view text, std::string_view what) {
  return fail(ErrorCode::bad_parameter, fmt::format("cannot listen on \"{}\": {}", text, what),
              "expected ADDR:PORT, [IPV6]:PORT, :PORT or unix:PATH");
}

result<Endpoint> parse_unix(std::string_view text, std::string_view path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof(address.sun_path))
    return endpoint_error(text, "the path is empty or too long");
  std::memcpy(address.sun_path, path.data(), path.size());
  Endpoint endpoint;
  std::memcpy(&endpoint.address, &address, sizeof(address));
  endpoint.length = sizeof(address);
  endpoint.path = path;
  return endpoint;
}

result<Endpoint> resolve(std::string_view text, std::string host, uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  if (host.empty() || host == "*") host = "0.0.0.0";
  const int code = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (code != 0) return endpoint_error(text, gai_strerror(code));
  Endpoint endpoint;
  std::memcpy(&endpoint.address, found->ai_addr, found->ai_addrlen);
  endpoint.length = found->ai_addrlen;
  freeaddrinfo(found);
  return endpoint;
}

void set_option(int descriptor, int level, int name) {
  const int on = 1;
  setsockopt(descriptor, level, name, &on, sizeof(on));
}

enum class Sharing : uint8_t { exclusive, shared };

// -1 with errno set on failure.
int bind_tcp(const Endpoint& endpoint, Sharing sharing) {
  const int descriptor =
      socket(endpoint.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -1;
  set_option(descriptor, SOL_SOCKET, SO_REUSEADDR);
  if (sharing == Sharing::shared) set_option(descriptor, SOL_SOCKET, SO_REUSEPORT);
  if (endpoint.address.ss_family == AF_INET6) set_option(descriptor, IPPROTO_IPV6, IPV6_V6ONLY);
  const auto* address = reinterpret_cast<const sockaddr*>(&endpoint.address);
  if (bind(descriptor, address, endpoint.length) != 0 ||
      (sharing == Sharing::shared && listen(descriptor, backlog) != 0)) {
    const int saved = errno;
    close(descriptor);
    errno = saved;
    return -1;
  }
  return descriptor;
}

// SO_REUSEPORT lets a second server take half of the connections without a word; a plain bind finds it.
bool is_taken(const Endpoint& endpoint) {
  if (endpoint.port() == 0) return false;
  const int probe = bind_tcp(endpoint, Sharing::exclusive);
  if (probe < 0) return true;
  close(probe);
  return false;
}

void close_all(const std::vector<int>& descriptors) {
  for (const int descriptor : descriptors) close(descriptor);
}

result<std::vector<int>> bind_tcp_all(Endpoint& endpoint, unsigned count) {
  std::vector<int> descriptors;
  if (is_taken(endpoint)) return endpoint_error(endpoint.text(), std::strerror(errno));
  for (unsigned i = 0; i < count; ++i) {
    const int descriptor = bind_tcp(endpoint, Sharing::shared);
    if (descriptor < 0) {
      const int saved = errno;
      close_all(descriptors);
      return endpoint_error(endpoint.text(), std::strerror(saved));
    }
    descriptors.push_back(descriptor);
    socklen_t length = sizeof(endpoint.address);
    getsockname(descriptor, reinterpret_cast<sockaddr*>(&endpoint.address), &length);
  }
  return descriptors;
}

// A socket file that nobody answers on is left over from a crash; anything else is not ours to remove.
void remove_stale(const Endpoint& endpoint) {
  struct stat status {};
  if (lstat(endpoint.path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return;
  const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto* address = reinterpret_cast<const sockaddr*>(&endpoint.address);
  if (connect(probe, address, endpoint.length) != 0 && errno == ECONNREFUSED)
    unlink(endpoint.path.c_str());
  close(probe);
}

result<std::vector<int>> bind_unix_all(const Endpoint& endpoint, unsigned count) {
  remove_stale(endpoint);
  const int first = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const auto* address = reinterpret_cast<const sockaddr*>(&endpoint.address);
  if (first < 0 || bind(first, address, endpoint.length) != 0 || listen(first, backlog) != 0) {
    const int saved = errno;
    if (first >= 0) close(first);
    return endpoint_error(endpoint.text(), std::strerror(saved));
  }
  std::vector<int> descriptors{first};
  while (descriptors.size() < count) descriptors.push_back(fcntl(first, F_DUPFD_CLOEXEC, 0));
  return descriptors;
}

}  // namespace

uint16_t Endpoint::port() const {
  if (address.ss_family == AF_INET)
    return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
  if (address.ss_family == AF_INET6)
    return ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port);
  return 0;
}

std::string Endpoint::text() const {
  if (is_unix()) return "unix:" + path;
  const std::string host = peer_text(address);
  if (address.ss_family == AF_INET6) return fmt::format("[{}]:{}", host, port());
  return fmt::format("{}:{}", host, port());
}

result<Endpoint> parse_endpoint(std::string_view text) {
  if (text.starts_with("unix:")) return parse_unix(text, text.substr(5));
  const size_t colon = text.rfind(':');
  if (colon == text.npos) return endpoint_error(text, "no port");
  const std::string_view digits = text.substr(colon + 1);
  uint16_t port = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (code != std::errc() || end != digits.data() + digits.size())
    return endpoint_error(text, "the port is not a number from 0 to 65535");
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!bracketed && host.find(':') != host.npos)
    return endpoint_error(text, "an IPv6 address stands in brackets");
  return resolve(text, std::string(host), port);
}

result<std::vector<int>> bind_endpoint(Endpoint& endpoint, unsigned count) {
  return endpoint.is_unix() ? bind_unix_all(endpoint, count) : bind_tcp_all(endpoint, count);
}

std::string peer_text(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = "unix";
  if (address.ss_family == AF_INET)
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(&address)->sin_addr, text,
              sizeof(text));
  else if (address.ss_family == AF_INET6)
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(&address)->sin6_addr, text,
              sizeof(text));
  return text;
}

}  // namespace trivet::net
