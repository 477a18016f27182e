// kill -9 in a write storm: no acknowledged row is lost and the file stays whole.
//
// The parent starts this binary again as the writer, reads the ids that it acknowledges from a
// pipe, kills it at a seeded moment, and looks. TRIVET_CRASH_ROUNDS sets how often (20).
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <random>
#include <unordered_set>

#include "store/sqlite/connection.h"
#include "store/sqlite/test_store.h"

extern char** environ;

namespace trivet::store::sqlite {
namespace {

constexpr const char* items = "model Item { id Int @id name String }";
constexpr const char* path_variable = "TRIVET_CRASH_PATH";

task<void> insert_for_ever(SqliteStore& store, const Program& program, int64_t& next) {
  for (;;) {
    const int64_t id = next++;
    const std::vector<Value> cells = {Value::integer(id),
                                      Value::text("a row of some length, so that pages fill")};
    const Params params{{}, {RowBlock{1, cells}}};
    auto done = co_await store.write(program, params, in_time());
    if (!done || ::write(STDOUT_FILENO, &id, sizeof id) != sizeof id) std::_Exit(3);
  }
}

// Runs only as the child.
TEST(CrashTest, DISABLED_Child) {
  const char* path = std::getenv(path_variable);
  ASSERT_NE(path, nullptr);
  SqliteOptions options{.path = path};
  options.checkpoint_pages = 50;  // kills fall into checkpoints too
  const auto schema = load(items);
  net::Pool pool({1, 10});
  auto store = SqliteStore::open(options, pool);
  if (!store) std::_Exit(4);
  int64_t next = std::atoll(std::getenv("TRIVET_CRASH_NEXT"));
  Program program;
  program.id = 1;
  program.schema = schema;
  Step step;
  step.model = 0;
  step.fields = {0, 1};
  step.block = 0;
  program.steps = {step};
  net::BriefLoop loop;
  for (int i = 0; i < 32; ++i)
    boost::asio::co_spawn(loop.context(), insert_for_ever(**store, program, next), rethrow);
  loop.run();
}

struct Round {
  std::vector<int64_t> acknowledged;
  int status = 0;
};

Round run_child(const std::string& path, int64_t next, std::chrono::microseconds life) {
  int pipe_ends[2];
  if (::pipe(pipe_ends) != 0) return {};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, pipe_ends[0]);
  ::setenv(path_variable, path.c_str(), 1);
  ::setenv("TRIVET_CRASH_NEXT", std::to_string(next).c_str(), 1);
  // gtest's own lines would be among the ids: --gtest_brief still prints, so ids are found by their
  // marker below.
  std::string program = "/proc/self/exe";
  std::string filter = "--gtest_filter=CrashTest.DISABLED_Child";
  std::string disabled = "--gtest_also_run_disabled_tests";
  std::string brief = "--gtest_brief=1";
  char* arguments[] = {program.data(), filter.data(), disabled.data(), brief.data(), nullptr};
  pid_t child = 0;
  if (posix_spawn(&child, program.c_str(), &actions, nullptr, arguments, environ) != 0) return {};
  posix_spawn_file_actions_destroy(&actions);
  ::close(pipe_ends[1]);
  std::string bytes;
  char buffer[65536];
  ssize_t size = 0;
  // Life is counted from the first acknowledgements; until it ends the pipe is kept empty.
  using Clock = std::chrono::steady_clock;
  std::optional<Clock::time_point> end;
  while (!end || Clock::now() < *end) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        (end ? *end : Clock::now() + std::chrono::seconds(60)) - Clock::now());
    pollfd readable{pipe_ends[0], POLLIN, 0};
    if (::poll(&readable, 1, static_cast<int>(left.count())) <= 0) break;
    size = ::read(pipe_ends[0], buffer, sizeof buffer);
    if (size <= 0) break;
    bytes.append(buffer, static_cast<size_t>(size));
    if (!end && bytes.size() >= 512) end = Clock::now() + life;
  }
  ::kill(child, SIGKILL);
  Round round;
  ::waitpid(child, &round.status, 0);
  while ((size = ::read(pipe_ends[0], buffer, sizeof buffer)) > 0)
    bytes.append(buffer, static_cast<size_t>(size));
  ::close(pipe_ends[0]);
  // Behind gtest's greeting, which ends in a newline, everything is ids.
  const size_t greeting = bytes.rfind("gtest_main.cc\n");
  if (greeting != std::string::npos) bytes.erase(0, greeting + 14);
  for (size_t at = 0; at + sizeof(int64_t) <= bytes.size(); at += sizeof(int64_t)) {
    int64_t id = 0;
    std::memcpy(&id, bytes.data() + at, sizeof id);
    round.acknowledged.push_back(id);
  }
  return round;
}

TEST(CrashTest, LosesNoAcknowledgedRow) {
  const char* rounds_text = std::getenv("TRIVET_CRASH_ROUNDS");
  const int rounds = rounds_text == nullptr ? 20 : std::atoi(rounds_text);
  TestFolder folder;
  const SqliteOptions options{.path = folder.file("storm.db")};
  {
    const auto schema = load(items);
    auto migration = plan_migration(options, *schema);
    ASSERT_TRUE(migration);
    ASSERT_TRUE(apply_migration(options, *migration, DataLoss::refuse));
  }
  std::mt19937 random(20240131);
  int64_t next = 1;
  int64_t total = 0;
  for (int round = 0; round < rounds; ++round) {
    const Round done = run_child(options.path, next, std::chrono::microseconds(random() % 30'000));
    ASSERT_TRUE(WIFSIGNALED(done.status)) << "the writer ended by itself: " << done.status;
    ASSERT_GE(done.acknowledged.size(), 10U);
    auto connection = Connection::open(options, Access::write);
    ASSERT_TRUE(connection) << show(connection.error());
    const auto damage =
        (*connection)
            ->query_integer(
                "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'");
    ASSERT_TRUE(damage);
    ASSERT_EQ(*damage, 0);
    for (const int64_t id : done.acknowledged) {
      ASSERT_GE(id, next);
      ASSERT_EQ((*connection)
                    ->query_integer("SELECT count(*) FROM Item WHERE id = " + std::to_string(id))
                    .value(),
                1)
          << "round " << round << " lost " << id;
    }
    total += static_cast<int64_t>(done.acknowledged.size());
    next = (*connection)->query_integer("SELECT max(id) FROM Item").value() + 1;
  }
  RecordProperty("acknowledged", std::to_string(total));
  std::printf("%d kills, %lld acknowledged rows, none lost\n", rounds,
              static_cast<long long>(total));
}

}  // namespace
}  // namespace trivet::store::sqlite
