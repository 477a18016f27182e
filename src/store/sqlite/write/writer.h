// Writer: the one thread that writes, by group commit.
//
// It takes every Program that waits, runs each in its own savepoint of one transaction, commits
// once (synchronous=FULL) and only then completes them: one sync acknowledges many requests, and
// while it lasts the next group gathers. A program that fails undoes itself and no other. Where
// SQLite gives up the whole transaction (interrupt, full disk), the others run again without the
// culprit.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/task.h"
#include "store/query.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/write/program.h"
#include "store/store.h"

namespace trivet::store::sqlite {

struct WriterCounts {
  uint64_t groups = 0;
  uint64_t programs = 0;
};

class Writer {
 public:
  [[nodiscard]] static result<std::unique_ptr<Writer>> open(const SqliteOptions& options);
  ~Writer();  // runs what is queued, then ends the thread

  // Completes on the caller's executor once the program is durable, or has failed.
  task<result<WriteResult>> write(const Program& program, const Params& params, Deadline deadline);
  [[nodiscard]] WriterCounts counts() const;

 private:
  struct Job;
  using Jobs = std::vector<Job*>;

  Writer(std::unique_ptr<Connection> connection, const SqliteOptions& options);
  bool push(Job* job);
  void work();
  Jobs take();
  [[nodiscard]] size_t group_size() const;  // holding mutex_
  void run_group(const Jobs& jobs);
  result<void> run_transaction(const Jobs& jobs);
  static void complete(const Jobs& jobs);

  const size_t queue_max_;
  const size_t group_max_;
  const bool read_only_;
  std::unique_ptr<Connection> connection_;  // the thread's
  ProgramRunner runner_;                    // the thread's

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  Jobs queue_;             // guarded by mutex_
  bool sleeping_ = false;  // guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_
  WriterCounts counts_;    // guarded by mutex_
  std::thread thread_;
};

}  // namespace trivet::store::sqlite
