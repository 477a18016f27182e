// One call of a function, in a transaction of its own, on a connection that nobody else uses meanwhile.
#pragma once

#include "base/task.h"
#include "store/postgres/lane.h"
#include "store/procedure.h"

namespace trivet::store::postgres {

// On the lane's loop; `call` must outlive the task. What the server asks to repeat is repeated until the deadline.
[[nodiscard]] task<result<CallAnswer>> run_call(Lane& lane, const Call& call, Deadline deadline);

}  // namespace trivet::store::postgres
