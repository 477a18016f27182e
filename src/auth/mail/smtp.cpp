#include "auth/mail/smtp.h"

#include <curl/curl.h>

#include <algorithm>
#include <ctime>
#include <memory>

#include "auth/base64url.h"
#include "auth/passwords/text.h"
#include "base/random.h"

namespace trivet::auth {
namespace {

struct FreeCurl {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct FreeMime {
  void operator()(curl_mime* mime) const { curl_mime_free(mime); }
};
using Curl = std::unique_ptr<CURL, FreeCurl>;
using List = std::unique_ptr<curl_slist, FreeList>;

// "Shop <a@b>" → "a@b".
std::string_view address_of(std::string_view sender) {
  const size_t open = sender.find('<');
  if (open == sender.npos) return sender;
  const size_t close = sender.find('>', open);
  return close == sender.npos ? std::string_view() : sender.substr(open + 1, close - open - 1);
}

bool is_one_line(std::string_view text) {
  return std::ranges::none_of(
      text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
}

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

bool is_this_machine(const std::string& url) {
  const std::unique_ptr<CURLU, FreeUrl> parsed(curl_url());
  curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME);
  const std::string host = part_of(parsed.get(), CURLUPART_HOST);
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

// RFC 2047: words of at most 75 characters, cut between code points.
std::string encode_header(std::string_view text) {
  if (std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f; }))
    return std::string(text);
  std::string out;
  while (!text.empty()) {
    size_t bytes = std::min<size_t>(45, text.size());
    while (bytes < text.size() && bytes > 1 &&
           (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80)
      --bytes;
    out += (out.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") + encode_base64(text.substr(0, bytes)) +
           "?=";
    text.remove_prefix(bytes);
  }
  return out;
}

// RFC 5322, 3.3. Not by strftime alone: names of days are English whatever the locale.
std::string date_text() {
  constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char time[32];
  std::strftime(time, sizeof time, "%Y %H:%M:%S +0000", &utc);
  return std::string(days[utc.tm_wday]) + ", " + std::to_string(utc.tm_mday) + ' ' +
         months[utc.tm_mon] + ' ' + time;
}

std::string message_id(std::string_view sender) {
  SystemRandom random;
  std::string bytes(16, '\0');
  random.fill(std::as_writable_bytes(std::span(bytes)));
  return '<' + encode_base64url(bytes) +
         std::string(sender.substr(std::min(sender.size(), sender.find('@')))) + '>';
}

List headers_of(const Mail& mail, const std::string& from) {
  // A project's template may put an address into the subject; a line break never gets there.
  std::string subject = mail.subject;
  std::erase_if(subject, [](char c) { return static_cast<unsigned char>(c) < ' '; });
  curl_slist* list = nullptr;
  for (const std::string& line :
       {"Date: " + date_text(), "From: " + from, "To: <" + mail.to + ">",
        "Subject: " + encode_header(subject), "Message-ID: " + message_id(address_of(from)),
        std::string("Auto-Submitted: auto-generated"),
        std::string("Content-Type: multipart/alternative")})
    list = curl_slist_append(list, line.c_str());
  return List(list);
}

// As mails end their lines (RFC 5322, 2.3).
std::string with_line_ends(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += '\r';
    if (c != '\r') out += c;
  }
  return out;
}

void add_part(curl_mime* mime, const std::string& text, const char* type) {
  if (text.empty()) return;
  curl_mimepart* part = curl_mime_addpart(mime);
  const std::string lines = with_line_ends(text);
  curl_mime_data(part, lines.data(), lines.size());
  curl_mime_type(part, type);
  curl_mime_encoder(part, "quoted-printable");
}

// The last of the parts that a reader can show is shown.
std::unique_ptr<curl_mime, FreeMime> body_of(CURL* curl, const Mail& mail) {
  std::unique_ptr<curl_mime, FreeMime> alternatives(curl_mime_init(curl));
  add_part(alternatives.get(), mail.text, "text/plain; charset=utf-8");
  add_part(alternatives.get(), mail.html, "text/html; charset=utf-8");
  return alternatives;
}

}  // namespace

result<void> check_smtp(const SmtpOptions& options) {
  const std::unique_ptr<CURLU, FreeUrl> url(curl_url());
  const bool is_url = curl_url_set(url.get(), CURLUPART_URL, options.url.c_str(),
                                   CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK;
  const std::string scheme = is_url ? part_of(url.get(), CURLUPART_SCHEME) : std::string();
  if (scheme != "smtp" && scheme != "smtps")
    return fail(ErrorCode::bad_config,
                "auth.smtp_url is smtp://USER:PASSWORD@HOST:PORT, or smtps://…");
  const std::string_view address = address_of(options.from);
  if (!is_one_line(options.from) || address.find('@') == address.npos ||
      address.find(' ') != address.npos)
    return fail(ErrorCode::bad_config,
                "auth.mail_from is who mails come from: Shop <no-reply@example.com>");
  return {};
}

SmtpMailer::SmtpMailer(SmtpOptions options, Log log)
    : options_(std::move(options)), log_(std::move(log)), thread_([this] { run(); }) {}

SmtpMailer::~SmtpMailer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void SmtpMailer::send(Mail mail) {
  bool is_full = false;
  {
    const std::lock_guard lock(mutex_);
    is_full = waiting_.size() >= options_.queue_max;
    if (!is_full) waiting_.push_back({std::move(mail), 0, Clock::time_point()});
  }
  if (is_full) return log_("a mail was dropped: too many wait to be sent");
  changed_.notify_all();
}

void SmtpMailer::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto next = std::ranges::min_element(waiting_, {}, &Waiting::due);
    if (next == waiting_.end()) {
      if (stopping_) return;
      changed_.wait(lock);
      continue;
    }
    if (!stopping_ && next->due > Clock::now()) {
      changed_.wait_until(lock, next->due);
      continue;
    }
    Waiting waiting = std::move(*next);
    waiting_.erase(next);
    try_one(std::move(waiting), lock);
  }
}

void SmtpMailer::try_one(Waiting waiting, std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  const std::string problem = deliver(waiting.mail);
  lock.lock();
  if (problem.empty()) return;
  const bool is_last = stopping_ || waiting.tries >= options_.pauses.size();
  lock.unlock();
  log_("a mail (" + waiting.mail.kind + ") could not be sent, " +
       (is_last ? "given up: " : "to be tried again: ") + problem);
  lock.lock();
  if (is_last) return;
  waiting.due = Clock::now() + options_.pauses[waiting.tries++];
  waiting_.push_back(std::move(waiting));
}

std::string SmtpMailer::deliver(const Mail& mail) const {
  const Curl curl(curl_easy_init());
  if (!curl) return "out of memory";
  const std::string sender = '<' + std::string(address_of(options_.from)) + '>';
  const List to(curl_slist_append(nullptr, ('<' + mail.to + '>').c_str()));
  const List headers = headers_of(mail, options_.from);
  const auto body = body_of(curl.get(), mail);
  curl_easy_setopt(curl.get(), CURLOPT_URL, options_.url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(
      curl.get(), CURLOPT_USE_SSL,
      static_cast<long>(is_this_machine(options_.url) ? CURLUSESSL_TRY : CURLUSESSL_ALL));
  curl_easy_setopt(curl.get(), CURLOPT_MAIL_FROM, sender.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_MAIL_RCPT, to.get());
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl.get(), CURLOPT_MIMEPOST, body.get());
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(options_.timeout.count()));
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  const CURLcode code = curl_easy_perform(curl.get());
  if (code == CURLE_OK) return {};
  long answer = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer);
  return std::string(curl_easy_strerror(code)) +
         (answer > 0 ? " (the server said " + std::to_string(answer) + ')' : "");
}

}  // namespace trivet::auth
