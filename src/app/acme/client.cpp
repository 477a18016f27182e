#include "app/acme/client.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "auth/base64url.h"
#include "value/json_builder.h"

namespace trivet::app::acme {
namespace {

constexpr uint32_t depth_max = 32;
// A test server refuses every second one on purpose.
constexpr int nonces_max = 20;
constexpr int polls_max = 120;

std::string text_of(const JsonValue& object, std::string_view key) {
  const auto found = object.find(key);
  std::string text;
  if (found && found->kind() == JsonKind::string) found->as_string().append_to(text);
  return text;
}

std::unexpected<Error> unreadable(const std::string& url) {
  return fail(ErrorCode::connection_failed, url + ": the answer is not what RFC 8555 says");
}

// The server's own words (RFC 7807), and those about single hosts.
Error problem_of(const std::string& url, int status, const std::string& body) {
  const auto parsed = parse_json(body, depth_max);
  std::string said;
  if (parsed && parsed->kind() == JsonKind::object) {
    said = text_of(*parsed, "detail");
    if (said.empty()) said = text_of(*parsed, "type");
    const auto parts = parsed->find("subproblems");
    if (parts && parts->kind() == JsonKind::array)
      for (const JsonValue& part : parts->elements()) said += "; " + text_of(part, "detail");
  }
  if (said.empty()) said = "answered " + std::to_string(status);
  return Error(ErrorCode::connection_failed, url + ": " + said);
}

bool is_bad_nonce(const Answer& answer) {
  if (answer.status != 400) return false;
  const auto parsed = parse_json(answer.body, depth_max);
  return parsed && parsed->kind() == JsonKind::object &&
         text_of(*parsed, "type") == "urn:ietf:params:acme:error:badNonce";
}

// The members that a key's thumbprint is of (RFC 7638, 3.2).
std::string bare_jwk(const auth::Key& key) {
  const std::string whole = key.public_jwk();
  const auto parsed = parse_json(whole, depth_max);
  JsonBuilder json;
  json.open_object();
  for (const std::string_view name : {"crv", "kty", "x", "y"})
    json.member(name, text_of(*parsed, name));
  json.close();
  return json.take();
}

std::string identifiers_of(const std::vector<std::string>& hosts) {
  JsonBuilder json;
  json.open_object().key("identifiers").open_array();
  for (const std::string& host : hosts)
    json.open_object()
        .member("type", is_address(host) ? "ip" : "dns")
        .member("value", host)
        .close();
  json.close().close();
  return json.take();
}

std::string_view name_of(Challenge challenge) {
  return challenge == Challenge::http_01 ? "http-01" : "tls-alpn-01";
}

// Goes on by itself (RFC 8555, 7.1.6).
bool is_open(const std::string& status) { return status == "pending" || status == "processing"; }

// Why a challenge failed is in it.
std::string failures_of(const JsonValue& document) {
  std::string text;
  const auto add = [&](const JsonValue& object) {
    const auto error = object.find("error");
    if (error && error->kind() == JsonKind::object)
      text += (text.empty() ? "" : "; ") + text_of(*error, "detail");
  };
  add(document);
  const auto challenges = document.find("challenges");
  if (challenges && challenges->kind() == JsonKind::array)
    for (const JsonValue& challenge : challenges->elements()) add(challenge);
  return text.empty() ? "no reason was given" : text;
}

}  // namespace

bool is_address(const std::string& host) {
  std::array<unsigned char, 16> bytes{};
  return inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

std::string normal_host(const std::string& host) {
  std::array<unsigned char, 16> bytes{};
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1 &&
      inet_ntop(AF_INET6, bytes.data(), text.data(), text.size()) != nullptr)
    return text.data();
  std::string lower = host;
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower;
}

Client::Client(Transport& transport, auth::Key account, Wait wait)
    : transport_(transport), account_(std::move(account)), wait_(std::move(wait)) {}

result<std::string> Client::take_nonce() {
  if (!nonce_.empty()) return std::exchange(nonce_, {});
  TRIVET_TRY(const Answer answer, transport_.send(Verb::head, directory_.new_nonce));
  if (answer.nonce.empty()) return unreadable(directory_.new_nonce);
  return answer.nonce;
}

std::string Client::sign(const std::string& url, const std::string& nonce,
                         const std::string& payload, SignedBy by) const {
  JsonBuilder header;
  header.open_object().member("alg", "ES256");
  if (by == SignedBy::key)
    header.key("jwk").raw(bare_jwk(account_));
  else
    header.member("kid", account_url_);
  header.member("nonce", nonce).member("url", url).close();
  const std::string protected_text = auth::encode_base64url(header.take());
  const std::string payload_text = auth::encode_base64url(payload);
  JsonBuilder body;
  body.open_object()
      .member("protected", protected_text)
      .member("payload", payload_text)
      .member("signature",
              auth::encode_base64url(account_.sign(auth::Algorithm::es256,
                                                   protected_text + "." + payload_text)))
      .close();
  return body.take();
}

result<Answer> Client::post(const std::string& url, const std::string& payload, SignedBy by) {
  for (int attempt = 1;; ++attempt) {
    TRIVET_TRY(const std::string nonce, take_nonce());
    TRIVET_TRY(Answer answer, transport_.send(Verb::post, url, sign(url, nonce, payload, by)));
    nonce_ = answer.nonce;
    if (is_bad_nonce(answer) && attempt < nonces_max) continue;
    if (answer.status < 200 || answer.status >= 300)
      return std::unexpected(problem_of(url, answer.status, answer.body));
    return answer;
  }
}

result<void> Client::enter(const std::string& directory, const std::string& email) {
  TRIVET_TRY(const Answer listed, transport_.send(Verb::get, directory));
  if (listed.status != 200)
    return std::unexpected(problem_of(directory, listed.status, listed.body));
  const auto parsed = parse_json(listed.body, depth_max);
  if (!parsed || parsed->kind() != JsonKind::object) return unreadable(directory);
  directory_ = {text_of(*parsed, "newNonce"), text_of(*parsed, "newAccount"),
                text_of(*parsed, "newOrder")};
  if (directory_.new_nonce.empty() || directory_.new_account.empty() || directory_.new_order.empty())
    return unreadable(directory);
  JsonBuilder json;
  json.open_object().member("termsOfServiceAgreed", true);
  if (!email.empty()) json.key("contact").open_array().value("mailto:" + email).close();
  json.close();
  TRIVET_TRY(const Answer made, post(directory_.new_account, json.take(), SignedBy::key));
  if (made.location.empty()) return unreadable(directory_.new_account);
  account_url_ = made.location;
  return {};
}

result<std::string> Client::poll(const std::string& url, const std::string& wanted) {
  for (int count = 0; count < polls_max; ++count) {
    TRIVET_TRY(Answer answer, post(url, ""));
    const auto parsed = parse_json(answer.body, depth_max);
    if (!parsed || parsed->kind() != JsonKind::object) return unreadable(url);
    const std::string status = text_of(*parsed, "status");
    if (status == wanted) return std::move(answer.body);
    if (!is_open(status))
      return fail(ErrorCode::connection_failed, url + " is " + status + ": " + failures_of(*parsed));
    const std::chrono::seconds pause(std::clamp(answer.retry_after, 1, 30));
    if (!wait_(pause)) return fail(ErrorCode::connection_failed, "stopped");
  }
  return fail(ErrorCode::connection_failed, url + ": nothing came of it in time");
}

result<void> Client::prove(const std::string& authorisation, const JsonValue& challenge, Proof proof,
                           Solver& solver) {
  TRIVET_CHECK(solver.show(proof));
  const auto asked = post(text_of(challenge, "url"), "{}");
  result<std::string> done = asked ? poll(authorisation, "valid")
                                   : result<std::string>(std::unexpected(asked.error()));
  solver.hide(proof);
  if (!done) return std::unexpected(std::move(done).error());
  return {};
}

result<void> Client::authorise(const std::string& url, Solver& solver) {
  TRIVET_TRY(const Answer answer, post(url, ""));
  const auto parsed = parse_json(answer.body, depth_max);
  if (!parsed || parsed->kind() != JsonKind::object) return unreadable(url);
  if (text_of(*parsed, "status") == "valid") return {};  // of an order before
  const auto identifier = parsed->find("identifier");
  const auto challenges = parsed->find("challenges");
  if (!identifier || !challenges || challenges->kind() != JsonKind::array) return unreadable(url);
  const std::string host = text_of(*identifier, "value");
  for (const JsonValue& challenge : challenges->elements()) {
    if (text_of(challenge, "type") != name_of(solver.kind())) continue;
    const std::string token = text_of(challenge, "token");
    // It becomes a path.
    if (token.empty() || !auth::decode_base64url(token)) return unreadable(url);
    return prove(url, challenge, {host, token, token + "." + account_.thumbprint()}, solver);
  }
  return fail(ErrorCode::connection_failed,
              host + ": the authority offers no " + std::string(name_of(solver.kind())));
}

result<std::string> Client::order(const std::vector<std::string>& hosts, const std::string& request,
                                  Solver& solver) {
  TRIVET_TRY(const Answer made, post(directory_.new_order, identifiers_of(hosts)));
  const std::string order_url = made.location;
  const auto parsed = parse_json(made.body, depth_max);
  if (!parsed || parsed->kind() != JsonKind::object || order_url.empty())
    return unreadable(directory_.new_order);
  const auto authorisations = parsed->find("authorizations");
  const std::string finalize = text_of(*parsed, "finalize");
  if (!authorisations || authorisations->kind() != JsonKind::array || finalize.empty())
    return unreadable(order_url);
  for (const JsonValue& authorisation : authorisations->elements()) {
    if (authorisation.kind() != JsonKind::string) return unreadable(order_url);
    std::string url;
    authorisation.as_string().append_to(url);
    TRIVET_CHECK(authorise(url, solver));
  }
  TRIVET_CHECK(poll(order_url, "ready"));
  JsonBuilder json;
  json.open_object().member("csr", auth::encode_base64url(request)).close();
  TRIVET_CHECK(post(finalize, json.take()));
  TRIVET_TRY(const std::string issued, poll(order_url, "valid"));
  const auto document = parse_json(issued, depth_max);
  const std::string place = text_of(*document, "certificate");
  if (place.empty()) return unreadable(order_url);
  TRIVET_TRY(Answer chain, post(place, ""));
  return std::move(chain.body);
}

}  // namespace trivet::app::acme
