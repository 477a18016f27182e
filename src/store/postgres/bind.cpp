#include "store/postgres/bind.h"

#include "store/postgres/types.h"

namespace trivet::store::postgres {

namespace {

Value value_of(const sql::Binding& binding, const BindSources& sources) {
  const auto at = [&](std::span<const Value> values) {
    TRIVET_ASSERT(static_cast<size_t>(binding.index) < values.size());
    return values[static_cast<size_t>(binding.index)];
  };
  switch (binding.kind) {
    case sql::BindKind::cell:
      return at(sources.cells);
    case sql::BindKind::rows:
      return at(sources.rows);
    default:
      return at(sources.params);
  }
}

}  // namespace

result<Command> make_command(std::shared_ptr<const sql::Statement> statement,
                             const BindSources& sources) {
  Command command{std::move(statement), {}, {}};
  for (const sql::Binding& binding : command.statement->bindings) {
    const Value value = value_of(binding, sources);
    TRIVET_ASSERT(value.kind() != ValueKind::reference && value.kind() != ValueKind::absent);
    const size_t start = command.bytes.size();
    if (value.is_null()) {
      command.cells.emplace_back(start, -1);
      continue;
    }
    if (value.kind() == ValueKind::list)
      TRIVET_CHECK(encode_list(command.bytes, value, binding.type));
    else
      TRIVET_CHECK(encode_value(command.bytes, value, binding.type));
    command.cells.emplace_back(start, static_cast<int>(command.bytes.size() - start));
  }
  return command;
}

}  // namespace trivet::store::postgres
