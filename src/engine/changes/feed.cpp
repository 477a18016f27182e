#include "engine/changes/feed.h"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "engine/changes/inbox.h"

namespace trivet::engine {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds look_for{30'000};
constexpr milliseconds prune_every{60'000};
constexpr milliseconds pause_min{100};
constexpr milliseconds pause_max{5000};

}  // namespace

Watch::~Watch() { inbox_->leave(); }

task<Told> Watch::next(milliseconds wait) {
  const Executor loop = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer timer(loop, wait);
  std::optional<Told> there = inbox_->take_or_wait(timer, loop);
  if (there) co_return *std::move(there);
  // The inbox forgets the timer before it goes, also if this coroutine is destroyed while it waits.
  const std::unique_ptr<Inbox, void (*)(Inbox*)> waiting(inbox_.get(), [](Inbox* inbox) { inbox->leave(); });
  boost::system::error_code ended;
  co_await timer.async_wait(boost::asio::redirect_error(use_task, ended));
  co_return inbox_->take();
}

ChangeFeed::ChangeFeed(std::unique_ptr<store::ChangeLog> log, observe::Sink& sink)
    : log_(std::move(log)), sink_(sink), thread_([this] { follow(); }) {}

ChangeFeed::~ChangeFeed() {
  stop();
  thread_.join();
}

std::unique_ptr<Watch> ChangeFeed::watch(const std::string& table) {
  const std::lock_guard lock(mutex_);
  if (stopping_ || *count_ >= watches_max) return nullptr;
  auto inbox = std::make_shared<Inbox>(count_);
  Table& watching = tables_[table];
  std::erase_if(watching, [](const std::weak_ptr<Inbox>& one) { return one.expired(); });
  watching.push_back(inbox);
  return std::make_unique<Watch>(std::move(inbox));
}

size_t ChangeFeed::watches() const { return *count_; }

void ChangeFeed::each_inbox(const std::function<void(Inbox&)>& visit) {
  const std::lock_guard lock(mutex_);
  for (const auto& [table, watching] : tables_)
    for (const std::weak_ptr<Inbox>& one : watching)
      if (const std::shared_ptr<Inbox> inbox = one.lock()) visit(*inbox);
}

void ChangeFeed::end_watches() {
  each_inbox([](Inbox& inbox) { inbox.end(); });
}

void ChangeFeed::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopping_changed_.notify_all();
  log_->interrupt();
  end_watches();
}

void ChangeFeed::hand_out(store::Changes changes) {
  if (changes.missed) each_inbox([](Inbox& inbox) { inbox.miss(); });
  changes_.fetch_add(changes.list.size(), std::memory_order_relaxed);
  for (store::Change& change : changes.list) {
    const auto shared = std::make_shared<const store::Change>(std::move(change));
    const std::lock_guard lock(mutex_);
    const auto found = tables_.find(shared->table);
    if (found == tables_.end()) continue;
    for (const std::weak_ptr<Inbox>& one : found->second)
      if (const std::shared_ptr<Inbox> inbox = one.lock()) inbox->put(shared);
  }
}

void ChangeFeed::pause(milliseconds time) {
  std::unique_lock lock(mutex_);
  stopping_changed_.wait_for(lock, time, [this] { return stopping_; });
}

void ChangeFeed::follow() {
  const auto stopping = [this] {
    const std::lock_guard lock(mutex_);
    return stopping_;
  };
  milliseconds next_pause = pause_min;
  Clock::time_point pruned = Clock::now();
  bool is_away = false;
  while (!stopping()) {
    result<store::Changes> changes = log_->next(look_for);
    if (!changes) {
      if (!std::exchange(is_away, true))
        sink_.lifecycle({observe::Level::warning, "changes.away",
                         "the log of changes can't be read: " + changes.error().message});
      pause(next_pause);
      next_pause = std::min(next_pause * 2, pause_max);
      continue;
    }
    if (std::exchange(is_away, false))
      sink_.lifecycle({observe::Level::info, "changes.back", "the log of changes is read again"});
    next_pause = pause_min;
    hand_out(*std::move(changes));
    if (Clock::now() - pruned < prune_every) continue;
    pruned = Clock::now();
    // What fails here fails again at the next look, and is told then.
    (void)log_->prune();
  }
}

}  // namespace trivet::engine
