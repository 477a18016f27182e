// What a database says about how it would run, or has run, the statement of a read (EXPLAIN). For developers: it shows the whole
// statement, with what rules added to it.
#pragma once

#include <string>

#include "base/error.h"
#include "base/task.h"
#include "store/session.h"
#include "store/store.h"

namespace trivet::store {

enum class PlanFormat : uint8_t { text, json };

struct PlanWish {
  PlanFormat format = PlanFormat::text;
  bool analyze = false;  // runs it
  bool verbose = false;
  bool settings = false;
  bool buffers = false;
  bool wal = false;
};

class PlanStore {
 public:
  virtual ~PlanStore() = default;
  // Lines of text, or a JSON array. Of the rows' statement alone, not of the one that counts them. `session` may be null, as in
  // Store::read; all outlive the task.
  virtual task<result<std::string>> explain(CallerSession* session, const Query& query, const Params& params,
                                            PlanWish wish, Deadline deadline) = 0;
};

}  // namespace trivet::store
