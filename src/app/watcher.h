// Tells when files change, for `trivet dev`: looks at their times and sizes a few times a second,
// which also sees editors that replace files, network folders and containers, where notification
// does not reach. Owns one thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace trivet::app {

class Watcher {
 public:
  // `changed` runs on the watcher's thread and returns the files to watch from now on.
  using Changed = std::function<std::vector<std::string>()>;

  Watcher(std::vector<std::string> files, Changed changed);
  ~Watcher();  // waits for a running `changed`
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

 private:
  void run(uint64_t seen);

  std::vector<std::string> files_;
  Changed changed_;
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace trivet::app
