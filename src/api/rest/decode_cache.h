// Requests decoded before, reads and writes, by the key of their shape (request/shape_scan.h). One table for each thread, so that
// finding takes no lock; bounded; emptied when the schema changes.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "api/rest/resolve/prepared.h"
#include "engine/execute/thread_slot.h"

namespace trivet::api::rest {

class DecodeCache {
 public:
  static constexpr size_t entries_max = 512;  // per thread

  // Drops what an older schema left. Call it before the others.
  void keep_for(const std::shared_ptr<const schema::Schema>& schema);
  // Made once per thread, schema and profile.
  [[nodiscard]] std::shared_ptr<const Catalog> catalog(const std::shared_ptr<const schema::Schema>& schema,
                                                       const Exposure& exposure);
  // Null if there is none.
  [[nodiscard]] std::shared_ptr<const Prepared> find(std::string_view key) const;
  void put(std::string_view key, std::shared_ptr<const Prepared> prepared);

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  struct Table {
    std::shared_ptr<const schema::Schema> schema;
    std::map<std::string, std::shared_ptr<const Catalog>> catalogs;  // by profile
    std::unordered_map<std::string, std::shared_ptr<const Prepared>, Hash, std::equal_to<>> entries;
  };
  [[nodiscard]] Table* table() const;

  mutable engine::ThreadSlots slots_;
  mutable std::array<std::unique_ptr<Table>, engine::thread_slots_max> tables_;
};

}  // namespace trivet::api::rest
