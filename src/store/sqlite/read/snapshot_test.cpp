// Reads that share a snapshot miss no commit and keep no lock.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "store/sqlite/test_store.h"

namespace trivet::store::sqlite {
namespace {

constexpr const char* items = "model Item { id Int @id name String }";

// As another process would have it: a connection that the store knows nothing of.
class Stranger {
 public:
  explicit Stranger(const std::string& path) { sqlite3_open(path.c_str(), &db_); }
  ~Stranger() { sqlite3_close(db_); }
  void run(const std::string& sql) {
    ASSERT_EQ(sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(db_);
  }
  // Whether some reader kept the log from being folded in and cut to nothing.
  bool is_log_held() {
    int held = -1;
    const auto read = [](void* to, int, char** cells, char**) {
      *static_cast<int*>(to) = std::atoi(cells[0]);
      return 0;
    };
    sqlite3_exec(db_, "PRAGMA wal_checkpoint(TRUNCATE)", read, &held, nullptr);
    return held != 0;
  }

 private:
  sqlite3* db_ = nullptr;
};

struct SnapshotTest : testing::Test {
  SnapshotTest()
      : s_(items),
        stranger_(s_.options.path),
        all_{7000, s_.schema, s_.level("Item", {"id"}), false, Cost::small} {}

  task<size_t> count() {
    const Params params;
    auto rows = co_await s_.store->read(all_, params, in_time());
    co_return rows ? rows->batch.rows : 999;
  }
  task<void> insert(int64_t id) {
    Program program;
    program.id = 7001;
    program.schema = s_.schema;
    program.steps = {s_.insert_step("Item", {"id", "name"})};
    const std::vector<Value> cells = {Value::integer(id), Value::text("n")};
    const Params params{{}, {RowBlock{1, cells}}};
    auto done = co_await s_.store->write(program, params, in_time());
    EXPECT_TRUE(done);
  }

  TestStore s_;
  Stranger stranger_;
  Query all_;
};

TEST_F(SnapshotTest, SeesWhatOthersCommitWithinOneTurnOfTheLoop) {
  const auto turn = [](SnapshotTest& test) -> task<bool> {
    for (int i = 0; i < 20; ++i) {
      const size_t before = co_await test.count();
      EXPECT_EQ(before, static_cast<size_t>(i));
      test.stranger_.run("INSERT INTO Item VALUES (" + std::to_string(i) + ", 'n')");
      const size_t after = co_await test.count();
      EXPECT_EQ(after, static_cast<size_t>(i) + 1);
    }
    co_return true;
  };
  EXPECT_TRUE(run(turn(*this)));
}

TEST_F(SnapshotTest, SeesItsOwnWrites) {
  const auto turn = [](SnapshotTest& test) -> task<bool> {
    for (int i = 0; i < 20; ++i) {
      co_await test.insert(i);
      const size_t after = co_await test.count();
      EXPECT_EQ(after, static_cast<size_t>(i) + 1);
    }
    co_return true;
  };
  EXPECT_TRUE(run(turn(*this)));
}

TEST_F(SnapshotTest, IsHeldDuringATurnAndGivenBackAfterIt) {
  stranger_.run("INSERT INTO Item VALUES (1, 'n')");
  const auto turn = [](SnapshotTest& test) -> task<bool> {
    (void)co_await test.count();
    co_return test.stranger_.is_log_held();
  };
  EXPECT_TRUE(run(turn(*this)));
  EXPECT_FALSE(stranger_.is_log_held());
}

TEST_F(SnapshotTest, GoesOnAfterTheTableWasChanged) {
  const auto turn = [](SnapshotTest& test) -> task<bool> {
    (void)co_await test.count();
    test.stranger_.run(
        "ALTER TABLE Item ADD COLUMN more TEXT; INSERT INTO Item VALUES (1, 'n', 'm')");
    const size_t after = co_await test.count();
    co_return after == 1;
  };
  EXPECT_TRUE(run(turn(*this)));
}

}  // namespace
}  // namespace trivet::store::sqlite
