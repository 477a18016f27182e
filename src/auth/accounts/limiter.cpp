#include "auth/accounts/limiter.h"

#include <algorithm>
#include <cmath>

namespace trivet::auth {
namespace {

constexpr size_t buckets_max = 100'000;
// The slowest bucket of the dialect is full again after an hour.
constexpr int64_t forget_after_us = int64_t{3600} * 1'000'000;

}  // namespace

int64_t Limiter::take(const std::string& key, Rate rate, int64_t now_us) {
  return use(key, rate, now_us, Use::take);
}

int64_t Limiter::look(const std::string& key, Rate rate, int64_t now_us) {
  return use(key, rate, now_us, Use::look);
}

void Limiter::forget(const std::string& key) {
  const std::lock_guard lock(mutex_);
  buckets_.erase(key);
}

int64_t Limiter::use(const std::string& key, Rate rate, int64_t now_us, Use how) {
  const std::lock_guard lock(mutex_);
  if (buckets_.size() >= buckets_max) make_room(now_us);
  Bucket& bucket = buckets_.try_emplace(key, Bucket{rate.burst, now_us}).first->second;
  const double seconds = static_cast<double>(std::max<int64_t>(0, now_us - bucket.at_us)) / 1e6;
  bucket.left = std::min(rate.burst, bucket.left + seconds * rate.per_second);
  bucket.at_us = now_us;
  if (bucket.left >= 1) {
    if (how == Use::take) bucket.left -= 1;
    return 0;
  }
  return std::max<int64_t>(1, std::llround(std::ceil((1 - bucket.left) / rate.per_second)));
}

// Who was not seen for long starts anew, which is what it had anyway; under an attack with many
// addresses all do.
void Limiter::make_room(int64_t now_us) {
  std::erase_if(buckets_, [&](const auto& entry) {
    return now_us - entry.second.at_us > forget_after_us;
  });
  if (buckets_.size() >= buckets_max) buckets_.clear();
}

}  // namespace trivet::auth
