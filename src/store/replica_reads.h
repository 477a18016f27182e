// ReplicaReads: copies of a store that follow it at some distance, and whom they may serve.
//
// A copy serves a caller if it has all that this process had told the caller to be written, and is no further behind than
// the setting allows. Thread-safe.
#pragma once

#include <cstdint>

#include "store/store.h"

namespace trivet::store {

class ReplicaReads {
 public:
  virtual ~ReplicaReads() = default;
  // Null: the store itself is to be asked. `caller` stands for who asks; two who share a number share their fate.
  [[nodiscard]] virtual Store* pick(uint64_t caller) = 0;
  // A picked copy didn't answer; it isn't picked again before it was looked at.
  virtual void failed(const Store& copy) = 0;
  // Before the caller is told that something was written.
  virtual void wrote(uint64_t caller) = 0;
  // Somebody may have written for anybody.
  virtual void all_wrote() = 0;
};

}  // namespace trivet::store
