#include "auth/issuers/fetch.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <memory>
#include <span>

namespace trivet::auth {
namespace {

struct FreeCurl {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

struct Network {
  uint32_t address;
  int bits;
};
// What IANA's registry of special-purpose IPv4 addresses doesn't call globally reachable, and
// multicast.
constexpr std::array<Network, 15> special_v4 = {{{0x00000000, 8},
                                                 {0x0a000000, 8},
                                                 {0x64400000, 10},
                                                 {0x7f000000, 8},
                                                 {0xa9fe0000, 16},
                                                 {0xac100000, 12},
                                                 {0xc0000000, 24},
                                                 {0xc0000200, 24},
                                                 {0xc0586300, 24},
                                                 {0xc0a80000, 16},
                                                 {0xc6120000, 15},
                                                 {0xc6336400, 24},
                                                 {0xcb007100, 24},
                                                 {0xe0000000, 4},
                                                 {0xf0000000, 4}}};

bool is_public_v4(uint32_t address) {
  for (const Network& network : special_v4)
    if ((address ^ network.address) >> (32 - network.bits) == 0) return false;
  return true;
}

uint32_t v4_at(const uint8_t* bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
}

bool is_mapped(const uint8_t* bytes) {
  constexpr std::array<uint8_t, 12> mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::memcmp(bytes, mapped.data(), mapped.size()) == 0;
}

// Global unicast (2000::/3) is all that IANA hands out; parts of it lead to IPv4 or to nowhere.
bool is_public_v6(const uint8_t* bytes) {
  if (is_mapped(bytes)) return is_public_v4(v4_at(bytes + 12));
  if (bytes[0] >> 5 != 1) return false;
  const uint32_t first = v4_at(bytes);
  if (first == 0x20010db8 || first >> 8 == 0x200100 || first >> 16 == 0x2002) return false;
  return first >> 4 != 0x3fff000;
}

bool is_loopback_v6(const uint8_t* bytes) {
  if (is_mapped(bytes)) return bytes[12] == 127;
  return std::memcmp(bytes, &in6addr_loopback, sizeof in6addr_loopback) == 0;
}

struct Transfer {
  const FetchRequest& request;
  std::string body;
  bool is_too_long = false;
  bool is_out_of_reach = false;
};

size_t take_bytes(char* bytes, size_t, size_t count, void* transfer_pointer) {
  auto& transfer = *static_cast<Transfer*>(transfer_pointer);
  if (transfer.body.size() + count > document_bytes_max) {
    transfer.is_too_long = true;
    return 0;
  }
  transfer.body.append(bytes, count);
  return count;
}

curl_socket_t open_socket(void* transfer_pointer, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(transfer_pointer);
  if (!may_reach(transfer.request.reach, &address->addr)) {
    transfer.is_out_of_reach = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

int look_whether_to_stop(void* transfer_pointer, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto& transfer = *static_cast<const Transfer*>(transfer_pointer);
  return transfer.request.stop != nullptr && transfer.request.stop->load() ? 1 : 0;
}

void set_up(CURL* curl, Transfer& transfer, curl_slist* headers) {
  const FetchRequest& request = transfer.request;
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR,
                   request.reach == Reach::this_machine ? "http,https" : "https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "trivet");
  if (!request.form.empty()) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.form.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.form.c_str());
  }
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(fetch_time_max.count()));
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect_time_max.count()));
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!request.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, request.ca_file.c_str());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_bytes);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look_whether_to_stop);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
}

std::unexpected<Error> failed(const FetchRequest& request, const std::string& why) {
  return fail(ErrorCode::connection_failed, request.url + ": " + why);
}

}  // namespace

bool may_reach(Reach reach, const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    const uint32_t v4 = ntohl(reinterpret_cast<const sockaddr_in*>(address)->sin_addr.s_addr);
    if (reach == Reach::this_machine) return v4 >> 24 == 127;
    return reach == Reach::anywhere || is_public_v4(v4);
  }
  if (address->sa_family != AF_INET6) return false;
  const uint8_t* v6 = reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr.s6_addr;
  if (reach == Reach::this_machine) return is_loopback_v6(v6);
  return reach == Reach::anywhere || is_public_v6(v6);
}

result<std::string> fetch_document(const FetchRequest& request) {
  const std::unique_ptr<CURL, FreeCurl> curl(curl_easy_init());
  std::unique_ptr<curl_slist, FreeList> headers(
      curl_slist_append(nullptr, "Accept: application/json"));
  for (const std::string& header : request.headers) {
    curl_slist* longer = curl_slist_append(headers.get(), header.c_str());
    if (longer != nullptr && !headers) headers.reset(longer);
  }
  if (!curl || !headers) return failed(request, "out of memory");
  Transfer transfer{request, {}};
  set_up(curl.get(), transfer, headers.get());
  const CURLcode code = curl_easy_perform(curl.get());
  if (transfer.is_too_long) return failed(request, "the answer is too long");
  if (transfer.is_out_of_reach) return failed(request, "it leads to a network that it may not");
  if (code != CURLE_OK) return failed(request, curl_easy_strerror(code));
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  const bool is_taken = request.may_be_empty && (status == 202 || status == 204);
  if (status != 200 && !is_taken) return failed(request, "answered " + std::to_string(status));
  return std::move(transfer.body);
}

}  // namespace trivet::auth
