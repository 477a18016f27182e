#include "store/postgres/replicas/progress.h"

namespace trivet::store::postgres {
namespace {

// Of a replica that is far behind: then the oldest are thinned out, which makes it look older than it is.
constexpr size_t notes_max = 4096;

}  // namespace

void Progress::note(int64_t time, int64_t position) {
  if (notes_.size() >= notes_max) notes_.erase(notes_.begin() + 1);
  notes_.push_back({time, position});
}

int64_t Progress::replayed(int64_t position) {
  while (!notes_.empty() && notes_.front().position <= position) {
    fresh_as_of_ = notes_.front().time;
    notes_.pop_front();
  }
  return fresh_as_of_;
}

}  // namespace trivet::store::postgres
