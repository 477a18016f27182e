#include "engine/execute/append_params.h"

#include <algorithm>

namespace trivet::engine {
namespace {

Value appended_value(const AppendedParam& source, const Caller& caller, int64_t now_us,
                     const store::Params& params, int block) {
  using Source = AppendedParam::Source;
  switch (source.source) {
    case Source::rule:
      return caller.params[source.index];
    case Source::now:
      return Value::timestamp(now_us);
    case Source::cell: {
      if (block < 0 || static_cast<size_t>(block) >= params.blocks.size()) return {};
      if (params.blocks[block].rows == 0) return {};
      const Value cell = params.blocks[block].cells[source.index];
      return cell.kind() == ValueKind::absent ? Value() : cell;
    }
    case Source::capped:
      break;
  }
  const int64_t cap = static_cast<int64_t>(source.cap);
  if (source.index < 0 || params.values[source.index].is_null()) return Value::integer(cap);
  return Value::integer(std::min(cap, params.values[source.index].as_integer()));
}

}  // namespace

void append_params(const Plan& plan, const Caller& caller, int64_t now_us, store::Params& params) {
  params.values.resize(static_cast<size_t>(plan.base));
  params.values.reserve(params.values.size() + plan.appended.size());
  for (const AppendedParam& source : plan.appended)
    params.values.push_back(appended_value(source, caller, now_us, params, plan.write.block));
}

}  // namespace trivet::engine
