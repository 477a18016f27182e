// ChangeFeed: follows the log of changes on a thread of its own and hands each change to those who watch its table.
//
// Changes say which row, not what a caller may see of it: whoever watches reads the row by the engine, as the caller.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/task.h"
#include "observe/event.h"
#include "store/changes/changes.h"

namespace trivet::engine {

// Watchers of a process; each holds a connection of a client.
inline constexpr size_t watches_max = 10'000;
// Changes that wait for one watcher.
inline constexpr size_t watch_queue_max = 1000;

class Inbox;

// What a watcher is told. Nothing at all: time has passed.
struct Told {
  std::vector<std::shared_ptr<const store::Change>> changes;
  bool missed = false;  // others came before these, and are lost
  bool ended = false;   // nothing will come any more
};

// One who watches; until it goes.
class Watch {
 public:
  explicit Watch(std::shared_ptr<Inbox> inbox) : inbox_(std::move(inbox)) {}
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // What came since the last call; waits up to `wait` for the first. One call at a time.
  [[nodiscard]] task<Told> next(std::chrono::milliseconds wait);

 private:
  std::shared_ptr<Inbox> inbox_;
};

class ChangeFeed {
 public:
  // `sink` outlives the feed.
  ChangeFeed(std::unique_ptr<store::ChangeLog> log, observe::Sink& sink);
  ~ChangeFeed();  // stops

  // Null when there are watches_max, or the feed has stopped. Any thread.
  [[nodiscard]] std::unique_ptr<Watch> watch(const std::string& table);
  // Ends all that watch now: what they were told by may have changed. Any thread.
  void end_watches();
  // Ends them, and lets nobody watch any more; returns at once. Any thread.
  void stop();
  // Now.
  [[nodiscard]] size_t watches() const;
  // Told by the database since the start.
  [[nodiscard]] uint64_t changes() const { return changes_.load(std::memory_order_relaxed); }

 private:
  friend class Watch;
  using Table = std::vector<std::weak_ptr<Inbox>>;

  void follow();
  void hand_out(store::Changes changes);
  void pause(std::chrono::milliseconds time);
  void each_inbox(const std::function<void(Inbox&)>& visit);

  const std::unique_ptr<store::ChangeLog> log_;
  observe::Sink& sink_;
  mutable std::mutex mutex_;
  std::condition_variable stopping_changed_;
  bool stopping_ = false;                          // guarded by mutex_
  std::unordered_map<std::string, Table> tables_;  // guarded by mutex_
  std::shared_ptr<std::atomic<size_t>> count_ = std::make_shared<std::atomic<size_t>>(0);
  std::atomic<uint64_t> changes_{0};
  std::thread thread_;  // last: it uses the others
};

}  // namespace trivet::engine
