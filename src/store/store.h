// Store: the one interface of every database. Three verbs and no session state: each call is complete in itself.
//
// Thread-safe: any server thread may call at any time. A task completes on the executor of its caller.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/task.h"
#include "store/query.h"

namespace trivet::store {

enum class Capability : uint8_t {
  regex, text_search, json_path, json_containment, lists, ranges, aggregates, transactions, foreign_keys,
  case_insensitive_like, upsert, encryption, plan_text, given_rows, row_functions,
};
[[nodiscard]] std::string_view capability_name(Capability capability);

struct Capabilities {
  std::string store_name;  // "sqlite"
  uint64_t bits = 0;
  int decimal_digits = 0;  // exact significant digits of numeric
  [[nodiscard]] bool has(Capability c) const { return bits >> static_cast<int>(c) & 1; }
  void add(Capability c) { bits |= uint64_t{1} << static_cast<int>(c); }
};

using Deadline = std::chrono::steady_clock::time_point;

class Store {
 public:
  virtual ~Store() = default;
  [[nodiscard]] virtual const Capabilities& capabilities() const = 0;
  // query and params must outlive the task. All levels see one snapshot.
  virtual task<result<Rows>> read(const Query& query, const Params& params, Deadline deadline) = 0;
  // Atomic. Success means durable (unless program.rollback).
  virtual task<result<WriteResult>> write(const Program& program, const Params& params, Deadline deadline) = 0;
  // Answers while the database answers.
  virtual task<result<void>> ping(Deadline deadline) = 0;
};

// The type that values of a stored field have, native types applied. Enums are Type::enum_, lists the element's type.
[[nodiscard]] Type field_type(const schema::Field& field);

}  // namespace trivet::store
