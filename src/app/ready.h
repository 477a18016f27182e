// /readyz: the database answers. Thread-safe.
#pragma once

#include "http/router.h"
#include "store/store.h"

namespace trivet::app {

class StoreReady final : public http::ReadyCheck {
 public:
  explicit StoreReady(store::Store& store) : store_(store) {}
  task<bool> is_ready() override;

 private:
  store::Store& store_;
};

}  // namespace trivet::app
