// Session: settings that a transaction has before its first statement, for databases that decide themselves who may what.
//
// They hold for one transaction and for nobody else's, whatever becomes of it. A store that can't do this isn't a SessionStore;
// none ignores a session. Values; a SessionStore is thread-safe.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/task.h"
#include "store/procedure.h"
#include "store/store.h"

namespace trivet::store {

// Name and value, in the order in which they are set: {"role", "web_user"}, {"request.jwt.claims", "{…}"}.
using Settings = std::vector<std::pair<std::string, std::string>>;

// Of one request.
struct CallerSession {
  Settings settings;
  // Afterwards: what the database itself said where it refused; empty where the trouble was another one, of which callers
  // hear nothing.
  std::optional<CallRefusal> refusal{};
  // Afterwards: what the function before requests set response.status and response.headers to; empty = nothing.
  std::string status{};
  std::string headers{};
};

class SessionStore {
 public:
  virtual ~SessionStore() = default;
  // As Store::read and write; `session` must outlive the task too. A read's transaction is read-only.
  // permission_denied where the login may not take the role.
  virtual task<result<Rows>> read_as(CallerSession& session, const Query& query, const Params& params,
                                     Deadline deadline) = 0;
  virtual task<result<WriteResult>> write_as(CallerSession& session, const Program& program,
                                             const Params& params, Deadline deadline) = 0;
};

}  // namespace trivet::store
