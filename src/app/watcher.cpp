#include "app/watcher.h"

#include <sys/stat.h>

#include <chrono>
#include <cstdint>

namespace trivet::app {
namespace {

constexpr std::chrono::milliseconds interval{200};

uint64_t mix(uint64_t hash, uint64_t value) {
  return (hash ^ value) * 0x9e3779b97f4a7c15ULL + (hash >> 29);
}

// Differs when a file comes, goes, or changes.
uint64_t fingerprint(const std::vector<std::string>& files) {
  uint64_t hash = files.size();
  for (const std::string& file : files) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) {
      hash = mix(hash, 0);
      continue;
    }
    hash = mix(hash, static_cast<uint64_t>(status.st_mtim.tv_sec));
    hash = mix(hash, static_cast<uint64_t>(status.st_mtim.tv_nsec));
    hash = mix(hash, static_cast<uint64_t>(status.st_size));
    hash = mix(hash, status.st_ino);
  }
  return hash;
}

}  // namespace

Watcher::Watcher(std::vector<std::string> files, Changed changed)
    : files_(std::move(files)),
      changed_(std::move(changed)),
      thread_([this, seen = fingerprint(files_)] { run(seen); }) {}

Watcher::~Watcher() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  thread_.join();
}

void Watcher::run(uint64_t seen) {
  std::unique_lock lock(mutex_);
  while (!stop_.wait_for(lock, interval, [this] { return stopping_; })) {
    const uint64_t now = fingerprint(files_);
    if (now == seen) continue;
    lock.unlock();
    files_ = changed_();
    seen = fingerprint(files_);
    lock.lock();
  }
}

}  // namespace trivet::app
