// Many programs at once: shared commits, one failure alone, deadlines, and media that fail.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <csignal>
#include <fstream>
#include <thread>

#include "net/run_task.h"
#include "store/sqlite/rekey.h"
#include "store/sqlite/test_store.h"

namespace trivet::store::sqlite {
namespace {

constexpr const char* items = "model Item { id Int @id name String }";

class GroupCommitTest : public testing::Test {
 protected:
  static task<void> insert_one(TestStore& s, const Program& program, int64_t id,
                               std::vector<std::string>& answers) {
    const std::vector<Value> cells = {Value::integer(id), Value::text("some name")};
    const Params params{{}, {RowBlock{1, cells}}};
    auto done = co_await s.store->write(program, params, in_time());
    answers.push_back(done ? "ok" : show(done.error()));
  }
};

TEST_F(GroupCommitTest, SharesCommitsAndFailsAlone) {
  TestStore s(items);
  Program program;
  program.id = 1000;
  program.schema = s.schema;
  program.steps = {s.insert_step("Item", {"id", "name"})};
  net::BriefLoop loop;
  std::vector<std::string> answers;
  for (int i = 0; i < 200; ++i) {
    const int id = i == 100 ? 5 : i;  // one duplicate among them
    boost::asio::co_spawn(loop.context(), insert_one(s, program, id, answers), rethrow);
  }
  loop.run();
  EXPECT_EQ(std::ranges::count(answers, "ok"), 199);
  EXPECT_EQ(std::ranges::count(answers,
                               "23505: duplicate key value violates unique constraint "
                               "\"Item_pkey\" | Key (id)=(5) already exists."),
            1);
  EXPECT_EQ(s.store->writer_counts().programs, 200U);
  EXPECT_LT(s.store->writer_counts().groups, 100U);
}

TEST_F(GroupCommitTest, AnInterruptedProgramTakesNoOtherWithIt) {
  TestStore s(items);
  std::vector<Value> many;
  for (int i = 0; i < 3000; ++i) {
    many.push_back(Value::integer(i));
    many.push_back(Value::text("n"));
  }
  s.insert("Item", {"id", "name"}, many);
  // A cross join in an update's condition runs for ages.
  Program slow;
  slow.id = 1001;
  slow.schema = s.schema;
  Step update;
  update.kind = StepKind::update;
  update.model = s.model("Item");
  update.fields = {s.field("Item", "name")};
  update.values = {make_param(0, Type::text)};
  update.where = make_binary(Op::regex, s.column("Item", "name"), make_param(1, Type::text));
  slow.steps = {update, update, update, update, update, update, update, update};
  const Params slow_params{{Value::text("changed"), Value::text("n")}, {}};
  Program quick;
  quick.id = 1002;
  quick.schema = s.schema;
  quick.steps = {s.insert_step("Item", {"id", "name"})};
  net::BriefLoop loop;
  std::vector<std::string> answers;
  std::string slow_answer;
  const auto run_slow = [](TestStore& store, const Program& program, const Params& params,
                           std::string& answer) -> task<void> {
    auto done = co_await store.store->write(
        program, params, Deadline::clock::now() + std::chrono::microseconds(900));
    answer = done ? "ok" : show(done.error());
  };
  boost::asio::co_spawn(loop.context(), insert_one(s, quick, 10001, answers), rethrow);
  boost::asio::co_spawn(loop.context(), run_slow(s, slow, slow_params, slow_answer), rethrow);
  boost::asio::co_spawn(loop.context(), insert_one(s, quick, 10002, answers), rethrow);
  loop.run();
  EXPECT_EQ(answers, (std::vector<std::string>{"ok", "ok"}));
  EXPECT_EQ(slow_answer, "57014: canceling statement due to statement timeout");
  Level level = s.level("Item", {"id"});
  level.where = make_binary(Op::gt, s.column("Item", "id"), make_param(0, Type::int4));
  EXPECT_EQ(s.read(level, {Value::integer(9000)}), "[10001][10002]");
}

TEST_F(GroupCommitTest, EncryptsAndChangesTheKey) {
  SqliteOptions options;
  options.key = "correct horse";
  TestStore s(items, options);
  EXPECT_EQ(s.insert("Item", {"id", "name"}, {Value::integer(1), Value::text("secret words")}),
            "1/1 ");
  s.store.reset();
  std::ifstream file(s.options.path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(bytes.find("secret words"), std::string::npos);
  EXPECT_EQ(bytes.find("SQLite format"), std::string::npos);
  const auto open_with = [&](const std::string& key) {
    SqliteOptions other = s.options;
    other.key = key;
    auto opened = SqliteStore::open(other, s.pool);
    return opened ? std::string("ok") : show(opened.error()).substr(0, 25);
  };
  EXPECT_EQ(open_with("wrong"), "TRV01: the key does not o");
  EXPECT_EQ(open_with("").substr(0, 5), "TRV01");
  auto changed = rekey_database(s.options, "battery staple");
  ASSERT_TRUE(changed) << show(changed.error()) << changed.error().log_text;
  EXPECT_EQ(open_with("correct horse").substr(0, 5), "TRV01");
  EXPECT_EQ(open_with("battery staple"), "ok");
  s.options.key = "battery staple";
  changed = rekey_database(s.options, "");
  ASSERT_TRUE(changed) << show(changed.error());
  EXPECT_EQ(open_with("battery staple"), "TRV01: \"" + s.options.path.substr(0, 17));
  s.options.key = "";
  s.open();
  EXPECT_EQ(s.read(s.level("Item", {"id", "name"})), "[1,secret words]");
}

TEST_F(GroupCommitTest, AFullDiskIsAnErrorAndLosesNothing) {
  SqliteOptions options;
  TestStore s(items, options);
  EXPECT_EQ(s.insert("Item", {"id", "name"}, {Value::integer(1), Value::text("kept")}), "1/1 ");
  // The kernel refuses to let any file of this process grow beyond this.
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  const rlimit tight{256 * 1024, old.rlim_max};
  setrlimit(RLIMIT_FSIZE, &tight);
  const std::string large(3'000'000, 'x');
  const std::string answer =
      s.insert("Item", {"id", "name"}, {Value::integer(2), Value::text(large)});
  setrlimit(RLIMIT_FSIZE, &old);
  EXPECT_TRUE(answer.starts_with("53100: the disk is full") || answer.starts_with("58030"))
      << answer;
  EXPECT_EQ(s.insert("Item", {"id", "name"}, {Value::integer(3), Value::text("again")}), "1/1 ");
  EXPECT_EQ(s.read(s.level("Item", {"id", "name"})), "[1,kept][3,again]");
}

TEST_F(GroupCommitTest, RefusesFilesThatAreNotDatabases) {
  TestStore s(items);
  s.store.reset();
  const auto open = [&](const std::string& path) {
    SqliteOptions other = s.options;
    other.path = path;
    auto opened = SqliteStore::open(other, s.pool);
    return opened ? std::string("ok") : show(opened.error()).substr(0, 5);
  };
  std::ofstream(s.folder.file("text")) << std::string(5000, 'a');
  EXPECT_EQ(open(s.folder.file("text")), "TRV01");
  EXPECT_EQ(open(s.folder.file("no/such/folder")), "08006");
  // Pages overwritten behind an intact header.
  {
    std::fstream file(s.options.path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(100);
    file << std::string(3900, '\xff');
  }
  EXPECT_EQ(open(s.options.path), "XX001");
}

TEST_F(GroupCommitTest, ReadsHereAndOnThePoolAtOnce) {
  TestStore s(items);
  std::vector<Value> many;
  for (int i = 0; i < 500; ++i) {
    many.push_back(Value::integer(i));
    many.push_back(Value::text("n"));
  }
  s.insert("Item", {"id", "name"}, many);
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int t = 0; t < 6; ++t)
    threads.emplace_back([&, t] {
      Query query{5000, s.schema, s.level("Item", {"id"}), false,
                  t % 2 == 0 ? Cost::small : Cost::unbounded};
      const Params params;
      for (int i = 0; i < 20; ++i) {
        auto rows = run(s.store->read(query, params, in_time()));
        if (rows && rows->batch.rows == 500) ++good;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 120);
  EXPECT_TRUE(run(s.store->ping(in_time())));
}

}  // namespace
}  // namespace trivet::store::sqlite
