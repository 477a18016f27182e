// The constants of one operation: parsed literals in Params order, and which of them a request of the same shape replaces.
//
// Owns the arena that the values view. Movable; one thread.
#pragma once

#include <string_view>
#include <vector>

#include "api/rest/resolve/catalog.h"
#include "api/rest/resolve/computed.h"
#include "base/error.h"
#include "base/limits.h"
#include "store/query.h"
#include "value/arena.h"

namespace trivet::api::rest {

// How the text of a literal becomes a parameter.
struct Literal {
  enum class Kind : uint8_t { typed, pattern, list, limit, offset };  // list: "(a,b)", as behind `in.`
  Kind kind = Kind::typed;
  Type type = Type::text;
  bool is_list = false;
  const schema::Field* field = nullptr;  // enum labels; null where the type says all
};

// The text of `&` part `segment` fills parameter `param`.
struct Slot {
  int segment = -1;
  int param = -1;
  Literal literal;
};

struct LiteralContext {
  const Catalog& catalog;
  const Zone* zone;
  const Limits& limits;
  ComputedFields* computed = nullptr;  // null: there are none
};

// Errors are the database's: 22P02, 22007, ….
[[nodiscard]] result<Value> coerce_literal(const Literal& literal, std::string_view text,
                                           const LiteralContext& context, Arena& arena);

class Parameters {
 public:
  int add(Value value) {
    params.values.push_back(value);
    return static_cast<int>(params.values.size()) - 1;
  }
  // The same for a list whose elements are parsed already; its slot is the text of the list.
  result<int> add_list(const Literal& element, const std::vector<std::string>& list, int segment,
                       const LiteralContext& context);
  // Coerces and adds; with segment >= 0 the parameter is a slot.
  result<int> add_literal(const Literal& literal, std::string_view text, int segment,
                          const LiteralContext& context);

  store::Params params;
  std::vector<Slot> slots;
  Arena arena;
};

}  // namespace trivet::api::rest
