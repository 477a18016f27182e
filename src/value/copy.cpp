#include "value/copy.h"

#include <vector>

namespace trivet {

Value copy_value(Value value, Arena& arena) {
  switch (value.kind()) {
    case ValueKind::numeric:
      return Value::numeric(arena.copy(value.as_text()));
    case ValueKind::text:
      return Value::text(arena.copy(value.as_text()));
    case ValueKind::bytes:
      return Value::bytes(arena.copy(value.as_text()));
    case ValueKind::json:
      return Value::json(arena.copy(value.as_text()));
    case ValueKind::list: {
      std::vector<Value> elements(value.as_list().begin(), value.as_list().end());
      for (Value& element : elements) element = copy_value(element, arena);
      return arena.copy_list(elements);
    }
    default:
      return value;
  }
}

}  // namespace trivet
