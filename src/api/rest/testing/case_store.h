// For tests: where the rows of a case file live, so that each case starts from the same ones. On the memory store they are
// inserted for each case; on SQLite once, into a file that is then copied;
// on PostgreSQL once, into tables that are then copied.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/rest/testing/server.h"

namespace trivet::api::rest::testing {

class CaseStore {
 public:
  virtual ~CaseStore() = default;
  // A store with the rows that `fill` inserts. The one given before must be gone.
  virtual std::unique_ptr<store::Store> open(const std::function<void(store::Store&)>& fill) = 0;
  // The store can't hold the schema.
  [[nodiscard]] virtual bool refuses(const schema::Schema& schema) const = 0;
};

[[nodiscard]] std::unique_ptr<CaseStore> make_case_store(const std::string& name,
                                                         std::shared_ptr<const schema::Schema> schema);

}  // namespace trivet::api::rest::testing
