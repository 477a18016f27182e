// Positions in PostgreSQL's log, noted with the time, and what a replica's position means in time. A value.
#pragma once

#include <cstdint>
#include <deque>

namespace trivet::store::postgres {

class Progress {
 public:
  // The primary had written up to `position` at `time` (µs, any clock that goes on).
  void note(int64_t time, int64_t position);
  // A replica has replayed up to `position`: the newest noted time of which it has everything; 0 = none.
  [[nodiscard]] int64_t replayed(int64_t position);

 private:
  struct Note {
    int64_t time;
    int64_t position;
  };
  std::deque<Note> notes_;  // not replayed yet, oldest first
  int64_t fresh_as_of_ = 0;
};

}  // namespace trivet::store::postgres
