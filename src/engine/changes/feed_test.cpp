// The feed over SQLite's real log: every watcher is told everything of its table once and in order, however they come and go.
#include "engine/changes/feed.h"

#include <gtest/gtest.h>

#include <latch>
#include <thread>

#include "net/run_task.h"
#include "store/sqlite/changes/change_log.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/test_store.h"

namespace trivet::engine {
namespace {

using std::chrono::seconds;

class Quiet final : public observe::Sink {
 public:
  void request(const observe::RequestEvent&) override {}
  void lifecycle(const observe::LifecycleEvent&) override {}
};

class Feed : public ::testing::Test {
 protected:
  void SetUp() override {
    options_.path = folder_.file("data.db");
    auto opened = store::sqlite::Connection::open(options_, store::sqlite::Access::write);
    ASSERT_TRUE(opened);
    connection_ = std::move(*opened);
    ASSERT_TRUE(connection_->execute("CREATE TABLE \"A\" (id INTEGER PRIMARY KEY, t TEXT); "
                                     "CREATE TABLE \"B\" (id INTEGER PRIMARY KEY)"));
    const auto checked = schema::check_schema({{"schema.zmodel",
                                                "datasource db { provider = \"sqlite\" }\n"
                                                "model A { id Int @id\n t String?\n @@realtime }\n"
                                                "model B { id Int @id\n @@realtime('delete') }\n"}});
    ASSERT_TRUE(checked.ok());
    ASSERT_TRUE(store::sqlite::prepare_changes(options_, *checked.schema));
    feed_ = std::make_unique<ChangeFeed>(store::sqlite::open_change_log(options_), sink_);
    await_feed();
  }
  void TearDown() override {
    feed_.reset();
    connection_.reset();
  }

  void write(const std::string& sql) { ASSERT_TRUE(connection_->execute(sql)) << sql; }

  // What is written before the feed first looks is not told.
  void await_feed() {
    const auto watch = feed_->watch("B");
    for (int64_t id = 1; id < 10'000; ++id) {
      write("INSERT INTO \"B\" VALUES (" + std::to_string(id) + "); DELETE FROM \"B\"");
      if (!collect(*watch, 1, std::chrono::milliseconds(20)).empty()) return;
    }
    FAIL() << "the feed doesn't begin";
  }

  // "create 1", … until there are `count`, or nothing comes for `patience`.
  static std::vector<std::string> collect(Watch& watch, size_t count, std::chrono::milliseconds patience) {
    return net::run_task(gather(watch, count, patience));
  }

  static task<std::vector<std::string>> gather(Watch& watch, size_t count, std::chrono::milliseconds patience) {
    std::vector<std::string> found;
    while (found.size() < count) {
      Told told = co_await watch.next(patience);
      if (told.missed) found.push_back("missed");
      for (const auto& change : told.changes) {
        const char* const kinds[] = {"create", "read", "update", "delete"};
        found.push_back(kinds[static_cast<size_t>(change->kind)] + (' ' + change->key));
      }
      if (told.ended) found.push_back("ended");
      if (told.ended || (told.changes.empty() && !told.missed)) break;
    }
    co_return found;
  }

  Quiet sink_;
  store::sqlite::TestFolder folder_;
  store::sqlite::SqliteOptions options_;
  std::unique_ptr<store::sqlite::Connection> connection_;
  std::unique_ptr<ChangeFeed> feed_;
};

TEST_F(Feed, TellsWhatAndOfWhichRow) {
  const auto watch = feed_->watch("A");
  write("INSERT INTO \"A\" VALUES (1, 'x'), (2, x'00ff')");
  write("UPDATE \"A\" SET id = 3 WHERE id = 1");
  write("DELETE FROM \"A\" WHERE id = 2");
  write("BEGIN; INSERT INTO \"A\" VALUES (9, ''); ROLLBACK");
  const std::vector<std::string> expected = {R"(create {"id":1})", R"(create {"id":2})", R"(update {"id":3})",
                                             R"(delete {"id":2})"};
  EXPECT_EQ(collect(*watch, 4, seconds(20)), expected);
  EXPECT_TRUE(collect(*watch, 1, std::chrono::milliseconds(150)).empty());
}

TEST_F(Feed, TellsManyOnTheirOwnLoopsWhileOthersGo) {
  constexpr int watchers = 4;
  constexpr int rows = 300;
  std::vector<std::vector<std::string>> found(watchers);
  std::latch watching(watchers);
  std::vector<std::jthread> threads;
  for (int i = 0; i < watchers; ++i)
    threads.emplace_back([&, i] {
      const auto watch = feed_->watch("A");
      watching.count_down();
      found[static_cast<size_t>(i)] = collect(*watch, rows, seconds(20));
    });
  watching.wait();
  for (int row = 1; row <= rows; ++row) {
    write("INSERT INTO \"A\" VALUES (" + std::to_string(row) + ", NULL)");
    if (row % 10 == 0) (void)feed_->watch("A");  // comes and goes
  }
  threads.clear();
  for (const std::vector<std::string>& one : found) {
    ASSERT_EQ(one.size(), static_cast<size_t>(rows));
    EXPECT_EQ(one.front(), R"(create {"id":1})");
    EXPECT_EQ(one.back(), R"(create {"id":300})");
  }
  EXPECT_EQ(feed_->watches(), 0U);
}

TEST_F(Feed, SaysWhatASlowWatcherMissedAndWhenItEnds) {
  const auto watch = feed_->watch("A");
  const auto other = feed_->watch("A");
  write("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) INSERT INTO \"A\" SELECT i, NULL FROM n");
  ASSERT_FALSE(collect(*other, 1, seconds(20)).empty());
  // What is handed out behind them shows that all of them were.
  const auto behind = feed_->watch("B");
  write("INSERT INTO \"B\" VALUES (77777); DELETE FROM \"B\"");
  ASSERT_FALSE(collect(*behind, 1, seconds(20)).empty());
  const std::vector<std::string> late = collect(*watch, 1, seconds(20));
  ASSERT_FALSE(late.empty());
  EXPECT_EQ(late.front(), "missed");
  EXPECT_LE(late.size(), watch_queue_max + 1);
  feed_->end_watches();
  EXPECT_EQ(collect(*watch, 1, seconds(20)).back(), "ended");
  const auto next = feed_->watch("A");
  feed_->stop();
  EXPECT_EQ(collect(*next, 1, seconds(20)), std::vector<std::string>{"ended"});
  EXPECT_EQ(feed_->watch("A"), nullptr);
}

}  // namespace
}  // namespace trivet::engine
