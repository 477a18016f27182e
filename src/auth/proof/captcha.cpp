#include "auth/proof/captcha.h"

#include "auth/percent.h"
#include "value/json_reader.h"

namespace trivet::auth {
namespace {

constexpr size_t token_bytes_max = 8192;  // Turnstile's are 2048 at most
constexpr uint32_t depth_max = 8;

std::unexpected<Refusal> disallowed(const std::string& why) {
  return refuse(400, "captcha_failed", "captcha protection: request disallowed (" + why + ")");
}

bool is_code(std::string_view text) {
  return text.size() <= 64 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == text.npos;
}

}  // namespace

std::string_view captcha_url(std::string_view provider) {
  if (provider == "hcaptcha") return "https://api.hcaptcha.com/siteverify";
  if (provider == "turnstile") return "https://challenges.cloudflare.com/turnstile/v0/siteverify";
  return {};
}

answer<void> read_captcha_answer(std::string_view text) {
  const auto read = parse_json(text, depth_max);
  const std::optional<JsonValue> success = read ? read->find("success") : std::nullopt;
  if (!success)
    return refuse(Error{ErrorCode::connection_failed,
                        "the captcha's verifier doesn't say whether it was solved"});
  if (success->raw() == "true") return {};
  std::string codes;
  if (const auto list = read->find("error-codes"); list && list->kind() == JsonKind::array) {
    for (const JsonValue& code : list->elements())
      if (code.kind() == JsonKind::string && is_code(code.as_string().body()))
        codes.append(codes.empty() ? "" : ", ").append(code.as_string().body());
  }
  return disallowed(codes.empty() ? "no reason given" : codes);
}

Captcha::Captcha(CaptchaOptions options, Fetch fetch)
    : options_(std::move(options)), fetch_(std::move(fetch)) {}

task<answer<void>> Captcha::check(std::string token, std::string ip) {
  if (token.empty()) co_return disallowed("no captcha_token found");
  if (token.size() > token_bytes_max) co_return disallowed("captcha_token is too long");
  FetchRequest request;
  request.url = options_.url;
  request.reach = request.url.starts_with("http://") ? Reach::this_machine : Reach::anywhere;
  request.stop = &stopping_;
  request.form = "secret=" + encode_percent(options_.secret) +
                 "&response=" + encode_percent(token) + "&remoteip=" + encode_percent(ip);
  const auto done = co_await pool_.run([&] { return fetch_(request); });
  if (!done) co_return refuse(done.error());
  if (!*done) co_return refuse(done->error());
  co_return read_captcha_answer(**done);
}

}  // namespace trivet::auth
