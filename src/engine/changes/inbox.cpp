#include "engine/changes/inbox.h"

#include <boost/asio/post.hpp>

namespace trivet::engine {

void Inbox::put(const std::shared_ptr<const store::Change>& change) {
  const std::lock_guard lock(mutex_);
  if (told_.changes.size() >= watch_queue_max) {
    told_.changes.clear();
    told_.missed = true;
  }
  told_.changes.push_back(change);
  wake();
}

void Inbox::miss() {
  const std::lock_guard lock(mutex_);
  told_.changes.clear();
  told_.missed = true;
  wake();
}

void Inbox::end() {
  const std::lock_guard lock(mutex_);
  told_.ended = true;
  wake();
}

// The timer lives on its loop and is cancelled there, if it still waits by then.
void Inbox::wake() {
  if (timer_ == nullptr) return;
  boost::asio::post(*loop_, [self = shared_from_this()] {
    const std::lock_guard lock(self->mutex_);
    // What woke it may have been taken meanwhile, and another wait begun.
    if (self->timer_ != nullptr && self->has_something()) self->timer_->cancel();
  });
}

std::optional<Told> Inbox::take_or_wait(boost::asio::steady_timer& timer, const Executor& loop) {
  const std::lock_guard lock(mutex_);
  if (has_something()) return take_locked();
  timer_ = &timer;
  loop_ = loop;
  return std::nullopt;
}

void Inbox::leave() {
  const std::lock_guard lock(mutex_);
  timer_ = nullptr;
}

Told Inbox::take() {
  const std::lock_guard lock(mutex_);
  return take_locked();
}

Told Inbox::take_locked() {
  timer_ = nullptr;
  Told told = std::move(told_);
  told_ = {};
  told_.ended = told.ended;
  return told;
}

}  // namespace trivet::engine
