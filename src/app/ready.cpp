#include "app/ready.h"

namespace trivet::app {

task<bool> StoreReady::is_ready() {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  const result<void> answered = co_await store_.ping(deadline);
  co_return answered.has_value();
}

}  // namespace trivet::app
