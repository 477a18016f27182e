// Wake: a thread waits for a while, or until another thread or a descriptor has something for it.
//
// set() is for any thread and is kept until the next wait has seen it.
#pragma once

#include <chrono>

namespace trivet::store {

class Wake {
 public:
  Wake();
  ~Wake();
  Wake(const Wake&) = delete;
  Wake& operator=(const Wake&) = delete;

  void set();
  // Until set, until `other` can be read (-1: none), or until `time` has passed.
  void wait(std::chrono::milliseconds time, int other = -1);

 private:
  int descriptor_;
};

}  // namespace trivet::store
