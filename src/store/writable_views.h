// Which views of a database take writes: it says so itself, by how a view is made or by what is triggered instead. Found when the
// database is looked at (start, reload). Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace trivet::store {

struct ViewWrites {
  bool insert = false;
  bool update = false;
  bool delete_ = false;
};
// By the name in the database; those that take nothing may be left out.
using ViewWritesByName = std::map<std::string, ViewWrites, std::less<>>;

class WritableViews {
 public:
  void replace(ViewWritesByName found) {
    const std::lock_guard lock(mutex_);
    found_ = std::move(found);
  }
  [[nodiscard]] ViewWrites find(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    const auto known = found_.find(name);
    return known == found_.end() ? ViewWrites() : known->second;
  }

 private:
  mutable std::mutex mutex_;
  ViewWritesByName found_;  // guarded by mutex_
};

}  // namespace trivet::store
