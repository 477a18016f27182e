// Inbox: what waits for one watcher, filled by the feed's thread and emptied on the watcher's loop.
#pragma once

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <mutex>
#include <optional>

#include "engine/changes/feed.h"

namespace trivet::engine {

class Inbox : public std::enable_shared_from_this<Inbox> {
 public:
  explicit Inbox(std::shared_ptr<std::atomic<size_t>> count) : count_(std::move(count)) { ++*count_; }
  ~Inbox() { --*count_; }
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  // Any thread.
  void put(const std::shared_ptr<const store::Change>& change);
  void miss();
  void end();

  // The watcher's loop: what is there, or that `timer` is to be cancelled once there is something.
  [[nodiscard]] std::optional<Told> take_or_wait(boost::asio::steady_timer& timer, const Executor& loop);
  [[nodiscard]] Told take();
  // Nobody waits any more.
  void leave();

 private:
  void wake();  // with mutex_ held
  [[nodiscard]] bool has_something() const {
    return !told_.changes.empty() || told_.missed || told_.ended;
  }
  Told take_locked();

  const std::shared_ptr<std::atomic<size_t>> count_;
  std::mutex mutex_;
  Told told_;
  std::optional<Executor> loop_;
  boost::asio::steady_timer* timer_ = nullptr;  // of who waits; touched on its loop, but for whether there is one
};

}  // namespace trivet::engine
