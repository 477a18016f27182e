// The stores that the suite runs on: a list. A store that joins is one entry in stores.cpp.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "store/store.h"

namespace trivet::conformance {

// A store with the tables of one schema, empty; they go with the object.
class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  virtual store::Store& store() = 0;
};

struct StoreEntry {
  std::string name;      // in docs/capabilities.md
  std::string provider;  // of the datasource of its schemas
  std::function<bool()> is_installed;
  std::function<std::unique_ptr<StoreUnderTest>(const std::shared_ptr<const schema::Schema>&)> make;
};

// The oracle.
[[nodiscard]] StoreEntry memory_entry();
// All others.
[[nodiscard]] const std::vector<StoreEntry>& stores();

}  // namespace trivet::conformance
