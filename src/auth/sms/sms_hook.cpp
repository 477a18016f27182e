#include "auth/sms/sms_hook.h"

#include <algorithm>
#include <ctime>

#include "auth/hooks/webhook.h"

namespace trivet::auth {
namespace {

bool is_of_this_machine(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  if (!url.starts_with(scheme)) return false;
  url.remove_prefix(scheme.size());
  const std::string_view authority = url.substr(0, url.find_first_of("/?#"));
  const std::string_view host = authority.substr(
      0, authority.starts_with('[') ? authority.find(']') + 1 : authority.find(':'));
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

}  // namespace

result<void> check_sms_hook(const SmsHookOptions& options) {
  if (!options.url.starts_with("https://") && !is_of_this_machine(options.url))
    return fail(ErrorCode::bad_config,
                "auth.sms_hook_url is https://…, or http://localhost:PORT/… of this machine");
  if (auto secrets = parse_webhook_secrets(options.secret); !secrets)
    return fail(ErrorCode::bad_config, "auth.sms_hook_secret: " + secrets.error().message);
  return {};
}

SmsHook::SmsHook(SmsHookOptions options, Fetch fetch, Log log)
    : options_(std::move(options)),
      secrets_(parse_webhook_secrets(options_.secret).value()),
      fetch_(std::move(fetch)),
      log_(std::move(log)),
      thread_([this] { run(); }) {}

SmsHook::~SmsHook() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void SmsHook::send(Sms sms) {
  bool is_full = false;
  {
    const std::lock_guard lock(mutex_);
    is_full = waiting_.size() >= options_.queue_max;
    if (!is_full) waiting_.push_back({std::move(sms), 0, Clock::time_point()});
  }
  if (is_full) return log_("a text message was dropped: too many wait to be sent");
  changed_.notify_all();
}

void SmsHook::run() {
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

void SmsHook::try_one(Waiting waiting, std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  const result<std::string> answered = deliver(waiting.sms);
  lock.lock();
  if (answered) return;
  const bool is_last = stopping_ || waiting.tries >= options_.pauses.size();
  lock.unlock();
  log_("a text message (" + waiting.sms.kind + ") could not be sent, " +
       (is_last ? "given up: " : "to be tried again: ") + answered.error().message);
  lock.lock();
  if (is_last) return;
  waiting.due = Clock::now() + options_.pauses[waiting.tries++];
  waiting_.push_back(std::move(waiting));
}

// The document's limits on time and size are the hook's: 5 s, and more than the dialect's 200 KiB.
result<std::string> SmsHook::deliver(const Sms& sms) const {
  FetchRequest request;
  request.url = options_.url;
  request.reach = options_.url.starts_with("https://") ? Reach::anywhere : Reach::this_machine;
  request.form = sms_payload(sms);
  request.may_be_empty = true;
  const WebhookMessage message{sms.id, std::time(nullptr), request.form};
  request.headers = {"Content-Type: application/json", "webhook-id: " + message.id,
                     "webhook-timestamp: " + std::to_string(message.timestamp),
                     "webhook-signature: " + sign_webhook(message, secrets_)};
  return fetch_(request);
}

}  // namespace trivet::auth
