#include "auth/issuers/issuer_keys.h"

#include <algorithm>

namespace trivet::auth {

IssuerKeys::IssuerKeys(FetchKeys fetch, Log log, const Clock& clock, KeyAges ages)
    : fetch_(std::move(fetch)),
      log_(std::move(log)),
      clock_(clock),
      ages_(ages),
      pool_({.threads = 1, .queue_max = 1024}) {}

IssuerKeys::~IssuerKeys() { stopping_ = true; }

std::shared_ptr<const KeySet> IssuerKeys::current() {
  std::unique_lock lock(mutex_);
  const int64_t now = clock_.steady_ns();
  drop_too_old(now);
  std::shared_ptr<const KeySet> keys = keys_;
  if (need_of_age(now) != Need::none) start_behind(now, lock);
  return keys;
}

uint64_t IssuerKeys::version() {
  std::unique_lock lock(mutex_);
  const int64_t now = clock_.steady_ns();
  drop_too_old(now);
  const uint64_t version = version_;
  if (need_of_age(now) != Need::none) start_behind(now, lock);
  return version;
}

bool IssuerKeys::should_wait(const KeyWanted& wanted) {
  const std::lock_guard lock(mutex_);
  const int64_t now = clock_.steady_ns();
  if (need_of_age(now) == Need::first) return is_fetching_ || may_try(now);
  return lacks(wanted) && (is_fetching_ || may_ask_for_unknown(now));
}

bool IssuerKeys::should_wait_for_age() {
  const std::lock_guard lock(mutex_);
  const int64_t now = clock_.steady_ns();
  return need_of_age(now) == Need::first && (is_fetching_ || may_try(now));
}

task<void> IssuerKeys::wait(KeyWanted wanted) {
  // A full queue means that too many wait: they get the answer of what is known.
  const result<void> waited = co_await pool_.run([this, &wanted] { fetch_if(&wanted); });
  (void)waited;
}

void IssuerKeys::warm() {
  std::unique_lock lock(mutex_);
  const int64_t now = clock_.steady_ns();
  if (need_of_age(now) != Need::none) start_behind(now, lock);
}

IssuerKeys::Need IssuerKeys::need_of_age(int64_t now) const {
  if (!keys_ || now - fetched_at_ > ages_.usable_behind) return Need::first;
  return now - fetched_at_ > ages_.fresh ? Need::behind : Need::none;
}

bool IssuerKeys::may_try(int64_t now) const {
  if (failures_ == 0) return true;
  const int64_t pause =
      std::min(ages_.pause_max, ages_.pause_min << std::min(failures_ - 1, 30U));
  return now - tried_at_ >= pause;
}

bool IssuerKeys::may_ask_for_unknown(int64_t now) const {
  return may_try(now) && (!has_asked_ || now - asked_at_ >= ages_.between_unknown);
}

bool IssuerKeys::lacks(const KeyWanted& wanted) const {
  return keys_->find(wanted.id, wanted.algorithm) == nullptr;
}

void IssuerKeys::drop_too_old(int64_t now) {
  if (!keys_ || now - fetched_at_ <= ages_.usable) return;
  keys_ = nullptr;
  text_.clear();
  ++version_;
}

void IssuerKeys::start_behind(int64_t now, std::unique_lock<std::mutex>& lock) {
  if (is_fetching_ || !may_try(now)) return;
  is_fetching_ = true;
  lock.unlock();
  const bool accepted = pool_.post([this] { fetch_if(nullptr); });
  lock.lock();
  if (!accepted) is_fetching_ = false;
}

// Whoever waited while another one fetched finds nothing left to do.
void IssuerKeys::fetch_if(const KeyWanted* wanted) {
  std::unique_lock lock(mutex_);
  is_fetching_ = false;
  const int64_t now = clock_.steady_ns();
  if (stopping_) return;
  if (need_of_age(now) != Need::none) {
    if (may_try(now)) fetch_now(lock);
    return;
  }
  if (wanted == nullptr || !lacks(*wanted) || !may_ask_for_unknown(now)) return;
  has_asked_ = true;
  asked_at_ = now;
  fetch_now(lock);
}

void IssuerKeys::fetch_now(std::unique_lock<std::mutex>& lock) {
  is_fetching_ = true;
  lock.unlock();
  result<KeySet> fetched = fetch_(stopping_);
  lock.lock();
  is_fetching_ = false;
  tried_at_ = clock_.steady_ns();
  if (fetched) return keep(*std::move(fetched));
  ++failures_;
  const bool is_stopping = stopping_;
  lock.unlock();
  if (!is_stopping) log_(fetched.error().message);
  lock.lock();
}

void IssuerKeys::keep(KeySet fresh) {
  failures_ = 0;
  fetched_at_ = tried_at_;
  std::string text = fresh.public_jwks();
  if (keys_ && text == text_) return;
  text_ = std::move(text);
  keys_ = std::make_shared<const KeySet>(std::move(fresh));
  ++version_;
}

}  // namespace trivet::auth
