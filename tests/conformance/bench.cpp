#include <atomic>

#include "engine/testing/harness.h"
#include "operations.h"
#include "value/json_writer.h"

namespace trivet::conformance {
namespace {

using engine::testing::await;
using engine::testing::no_deadline;

// Decimals are equal whatever zeros end them: docs/decisions/0002.
Value plain(Value value) {
  if (value.kind() != ValueKind::numeric) return value;
  std::string_view digits = value.as_text();
  if (digits.find('.') == digits.npos) return value;
  while (digits.ends_with('0')) digits.remove_suffix(1);
  if (digits.ends_with('.')) digits.remove_suffix(1);
  return Value::numeric(digits);
}

std::string print(const store::Level& level, const Batch& batch) {
  std::string out;
  for (uint32_t row = 0; row < batch.rows; ++row) {
    const auto cells = batch.row(row);
    out += '[';
    for (size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) out += ',';
      if (i < level.outputs.size())
        append_json_value(out, plain(cells[i]), level.outputs[i].expr.type, {});
      else
        out += cells[i].is_null() ? "null" : '{' + print(level.embeds[i - level.outputs.size()].level, *cells[i].as_rows()) + '}';
    }
    out += ']';
  }
  return out;
}

std::string failed(const Error& error) {
  return "error " + std::string(error_code_info(error.code).text);
}

// Queries are kept by their number in a store.
uint64_t next_number() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

}  // namespace

int Bench::model(const std::string& name) const { return schema->model_by_name.at(name); }

int Bench::field(int model, const std::string& name) const {
  return schema->models[static_cast<size_t>(model)].field_by_name.at(name);
}

store::Expr Bench::column(int model, const std::string& name) const {
  const int index = field(model, name);
  const schema::Field& one = schema->models[static_cast<size_t>(model)].fields[static_cast<size_t>(index)];
  store::Expr expr = store::make_column(index, store::field_type(one));
  expr.enum_index = one.enum_index;
  expr.is_list = one.is_list;
  return expr;
}

std::string Bench::read(store::Level level, store::Params params) const {
  store::Query query;
  query.id = next_number();
  query.schema = schema;
  query.root = std::move(level);
  const auto rows = await(store.read(query, params, no_deadline()));
  return rows ? print(query.root, rows->batch) : failed(rows.error());
}

std::string Bench::write(std::vector<store::Step> steps, store::Params params) const {
  store::Program program;
  program.schema = schema;
  program.steps = std::move(steps);
  program.returning_step = static_cast<int>(program.steps.size()) - 1;
  const auto done = await(store.write(program, params, no_deadline()));
  if (!done) return failed(done.error());
  return "affected " + std::to_string(done->affected) + " inserted " + std::to_string(done->inserted);
}

std::string Bench::dump(const std::string& model_name, const std::vector<std::string>& fields) const {
  store::Level level;
  level.model = model(model_name);
  for (const std::string& name : fields) level.outputs.push_back({column(level.model, name)});
  level.order.push_back({level.outputs.front().expr, false, false});
  return read(std::move(level));
}

std::string Bench::insert(const std::string& model_name, const std::vector<std::string>& fields,
                          std::vector<Value> cells) const {
  store::Step step;
  step.model = model(model_name);
  for (const std::string& name : fields) step.fields.push_back(field(step.model, name));
  step.block = 0;
  store::Params params;
  params.blocks.push_back({static_cast<uint32_t>(cells.size() / fields.size()), cells});
  return write({step}, std::move(params));
}

}  // namespace trivet::conformance
