// Computed fields: functions of a table's row that a caller may read like its columns (dialects/rest.md, section 2). One request's.
#pragma once

#include <optional>
#include <string_view>

#include "engine/call/procedures.h"

namespace trivet::api::rest {

class ComputedFields {
 public:
  // Both outlive it; the functions may be null.
  ComputedFields(const engine::Procedures* procedures, const Identity& identity)
      : procedures_(procedures), identity_(identity) {}

  [[nodiscard]] std::optional<engine::ComputedField> find(std::string_view table, std::string_view name) {
    if (procedures_ == nullptr) return std::nullopt;
    auto found = procedures_->find_computed(table, name, identity_);
    used_ = used_ || found;
    return found;
  }
  [[nodiscard]] std::optional<engine::ComputedRelationship> find_related(std::string_view table, std::string_view name) {
    if (procedures_ == nullptr) return std::nullopt;
    auto found = procedures_->find_related(table, name, identity_);
    used_ = used_ || found;
    return found;
  }
  // Whether any was found: what was decoded then is for this caller alone.
  [[nodiscard]] bool used() const { return used_; }

 private:
  const engine::Procedures* const procedures_;
  const Identity& identity_;
  bool used_ = false;
};

}  // namespace trivet::api::rest
