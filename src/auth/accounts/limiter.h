// Limiter: token buckets by key ("token 192.0.2.1"), bounded in number, for the rates of
// dialects/auth.md, section 8.7. Of this process alone: behind several nodes each counts for itself.
// Thread-safe.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

namespace trivet::auth {

struct Rate {
  double burst = 30;
  double per_second = 0.1;
};

class Limiter {
 public:
  // Takes one; else how many seconds until there is one, at least 1. 0 = taken.
  [[nodiscard]] int64_t take(const std::string& key, Rate rate, int64_t now_us);
  // The same without taking.
  [[nodiscard]] int64_t look(const std::string& key, Rate rate, int64_t now_us);
  // Gives back all that was taken.
  void forget(const std::string& key);

 private:
  struct Bucket {
    double left = 0;
    int64_t at_us = 0;
  };
  enum class Use : uint8_t { take, look };
  int64_t use(const std::string& key, Rate rate, int64_t now_us, Use how);
  void make_room(int64_t now_us);

  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;  // guarded by mutex_
};

}  // namespace trivet::auth
