#include "app/acme/transport.h"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace trivet::app::acme {
namespace {

constexpr size_t body_bytes_max = 1024 * 1024;
constexpr long time_max_ms = 30'000;
constexpr long connect_time_max_ms = 10'000;

struct FreeCurl {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

struct Transfer {
  Answer answer;
  const std::atomic<bool>* stop;
  bool is_too_long = false;
};

size_t take_bytes(char* bytes, size_t, size_t count, void* pointer) {
  auto& transfer = *static_cast<Transfer*>(pointer);
  transfer.is_too_long = transfer.answer.body.size() + count > body_bytes_max;
  if (transfer.is_too_long) return 0;
  transfer.answer.body.append(bytes, count);
  return count;
}

// "Name: value\r\n"
size_t take_header(char* bytes, size_t, size_t count, void* pointer) {
  Answer& answer = static_cast<Transfer*>(pointer)->answer;
  const std::string_view line(bytes, count);
  const size_t colon = line.find(':');
  if (colon == line.npos) return count;
  std::string name(line.substr(0, colon));
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  const std::string_view rest = line.substr(colon + 1);
  const size_t from = rest.find_first_not_of(" \t");
  const size_t to = rest.find_last_not_of(" \t\r\n");
  if (from == rest.npos || to == rest.npos) return count;
  const std::string value(rest.substr(from, to + 1 - from));
  if (name == "replay-nonce") answer.nonce = value;
  if (name == "location") answer.location = value;
  if (name == "retry-after") answer.retry_after = std::atoi(value.c_str());
  return count;
}

int look_whether_to_stop(void* pointer, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto* const stop = static_cast<const Transfer*>(pointer)->stop;
  return stop != nullptr && stop->load() ? 1 : 0;
}

std::unexpected<Error> failed(const std::string& url, const std::string& why) {
  return fail(ErrorCode::connection_failed, url + ": " + why);
}

}  // namespace

result<Answer> Transport::send(Verb verb, const std::string& url, const std::string& body) {
  const std::unique_ptr<CURL, FreeCurl> curl(curl_easy_init());
  const std::unique_ptr<curl_slist, FreeList> headers(
      curl_slist_append(nullptr, "Content-Type: application/jose+json"));
  if (!curl || !headers) return failed(url, "out of memory");
  Transfer transfer{{}, options_.stop};
  CURL* const handle = curl.get();
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "trivet");
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, time_max_ms);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, connect_time_max_ms);
  curl_easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options_.ca_file.empty())
    curl_easy_setopt(handle, CURLOPT_CAINFO, options_.ca_file.c_str());
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_bytes);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, look_whether_to_stop);
  curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &transfer);
  if (verb == Verb::head) curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
  if (verb == Verb::post) {
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body.c_str());
  }
  const CURLcode code = curl_easy_perform(handle);
  if (transfer.is_too_long) return failed(url, "the answer is too long");
  if (code != CURLE_OK) return failed(url, curl_easy_strerror(code));
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  transfer.answer.status = static_cast<int>(status);
  return std::move(transfer.answer);
}

}  // namespace trivet::app::acme
