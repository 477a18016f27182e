#include "app/move/row_writer.h"

#include <fmt/format.h>

#include <chrono>
#include <unordered_map>

#include "app/transfer/row_fault.h"
#include "net/run_task.h"
#include "value/text_format.h"

namespace trivet::app {
namespace {

using store::Program;
using store::Step;
using store::StepKind;

// Something that any column of the type takes.
Value neutral(const CopiedColumn& column) {
  if (column.is_list) return Value::list({});
  switch (column.to) {
    case Type::boolean:
      return Value::boolean(false);
    case Type::int2:
    case Type::int4:
    case Type::int8:
      return Value::integer(0);
    case Type::float4:
    case Type::float8:
      return Value::floating(0);
    case Type::numeric:
      return Value::numeric("0");
    case Type::json:
    case Type::jsonb:
      return Value::json("null");
    case Type::timestamp:
    case Type::timestamptz:
      return Value::timestamp(0);
    case Type::date:
      return Value::date(0);
    case Type::time:
    case Type::timetz:
      return Value::time(0);
    case Type::bytea:
      return Value::bytes("");
    default:
      return Value::text("");
  }
}

// The longest that a value of an error message gets.
std::string shown(Value value, Type type) {
  constexpr size_t longest = 80;
  if (value.is_null()) return "null";
  std::string text;
  append_text_value(text, value, type, {});
  if (text.size() > longest) text.replace(longest, text.npos, "…");
  return text;
}

}  // namespace

result<void> RowWriter::insert(Rows rows) const {
  const result<void> written = write(rows);
  if (written) return check_kept(rows);
  if (!is_row_fault(written.error().code)) return written;
  if (rows.size() > 1) {
    TRIVET_CHECK(insert(rows.first(rows.size() / 2)));
    return insert(rows.subspan(rows.size() / 2));
  }
  Error error = written.error();
  const std::string field = find_fault(*rows.front());
  error.message = fmt::format("{}{}: {}", describe_row(pair_, table_, rows.front()->cells),
                              field.empty() ? "" : ", field " + field, error.message);
  return std::unexpected(std::move(error));
}

result<void> RowWriter::remove(Rows rows) const {
  Program removal = program();
  store::Params params;
  std::vector<std::vector<Value>> blocks;
  for (size_t i = 0; i < table_.links.size(); ++i) {
    const LinkEnd& end = table_.links[i];
    std::vector<Value>& cells = blocks.emplace_back();
    for (const PageRow* row : rows)
      for (const Value id : row->links[i].ids) {
        const Value own = row->cells[table_.key.front()];
        cells.push_back(end.side == 0 ? own : id);
        cells.push_back(end.side == 0 ? id : own);
      }
    if (cells.empty()) continue;
    Step step;
    step.kind = StepKind::unlink;
    step.relation = end.relation;
    step.block = static_cast<int>(params.blocks.size());
    params.blocks.push_back({static_cast<uint32_t>(cells.size() / 2), cells});
    removal.steps.push_back(std::move(step));
  }
  for (const PageRow* row : rows) {
    Step step;
    step.kind = StepKind::delete_;
    step.model = table_.model;
    std::vector<store::Expr> same;
    for (const size_t at : table_.key) {
      const CopiedColumn& column = table_.columns[at];
      store::Expr left = store::make_column(column.field, column.to);
      store::Expr right = store::make_param(static_cast<int>(params.values.size()), column.to);
      left.enum_index = right.enum_index = column.enum_index;
      params.values.push_back(row->cells[at]);
      same.push_back(store::make_binary(store::Op::eq, std::move(left), std::move(right)));
    }
    step.where = store::make_and(std::move(same));
    removal.steps.push_back(std::move(step));
  }
  return run(std::move(removal), params);
}

result<void> RowWriter::link(const LinkEnd& end, std::span<const LinkPair> pairs) const {
  return link_step(StepKind::link, end, pairs);
}
result<void> RowWriter::unlink(const LinkEnd& end, std::span<const LinkPair> pairs) const {
  return link_step(StepKind::unlink, end, pairs);
}

result<void> RowWriter::link_step(StepKind kind, const LinkEnd& end,
                                  std::span<const LinkPair> pairs) const {
  std::vector<Value> cells;
  for (const LinkPair& pair : pairs) {
    cells.push_back(pair.a);
    cells.push_back(pair.b);
  }
  Program linking = program();
  Step step;
  step.kind = kind;
  step.relation = end.relation;
  step.block = 0;
  linking.steps.push_back(std::move(step));
  store::Params params;
  params.blocks.push_back({static_cast<uint32_t>(pairs.size()), cells});
  return run(std::move(linking), params);
}

Program RowWriter::program() const {
  Program made;
  made.schema = pair_.target;
  return made;
}

Step RowWriter::insert_step() const {
  Step step;
  step.model = table_.model;
  for (const CopiedColumn& column : table_.columns) step.fields.push_back(column.field);
  step.block = 0;
  return step;
}

result<void> RowWriter::write(Rows rows) const {
  std::vector<Value> cells;
  cells.reserve(rows.size() * table_.columns.size());
  for (const PageRow* row : rows) cells.insert(cells.end(), row->cells.begin(), row->cells.end());
  Program writing = program();
  writing.steps.push_back(insert_step());
  store::Params params;
  params.blocks.push_back({static_cast<uint32_t>(rows.size()), cells});
  return run(std::move(writing), params);
}

result<void> RowWriter::run(Program program, const store::Params& params) const {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(10);
  const auto done = net::run_task(target_.write(program, params, deadline));
  if (!done) return std::unexpected(done.error());
  return {};
}

// The row is tried with each value left out in turn: the one without which it is taken is at fault.
std::string RowWriter::find_fault(const PageRow& row) const {
  std::vector<Value> cells(row.cells.begin(), row.cells.end());
  for (size_t i = 0; i < cells.size(); ++i) {
    const Value given = cells[i];
    for (const Value instead : {Value::null(), neutral(table_.columns[i])}) {
      cells[i] = instead;
      Program trial = program();
      trial.steps.push_back(insert_step());
      trial.rollback = true;
      store::Params params;
      params.blocks.push_back({1, cells});
      if (run(std::move(trial), params)) return field_name(i);
    }
    cells[i] = given;
  }
  return {};
}

result<void> RowWriter::check_kept(Rows rows) const {
  std::vector<std::span<const Value>> keys;
  for (const PageRow* row : rows) keys.push_back(row->cells);
  TRIVET_TRY(const Page kept, reader_.find(keys));
  std::unordered_map<std::string_view, const PageRow*> by_key;
  for (const PageRow& row : kept.rows) by_key.emplace(row.key, &row);
  for (const PageRow* row : rows) {
    const auto found = by_key.find(row->key);
    if (found == by_key.end())
      return fail(ErrorCode::data_corrupted,
                  fmt::format("{}: its key is another one in the target",
                              describe_row(pair_, table_, row->cells)));
    if (found->second->form != row->form) return not_kept(*row, *found->second);
  }
  return {};
}

std::unexpected<Error> RowWriter::not_kept(const PageRow& given, const PageRow& kept) const {
  for (size_t i = 0; i < table_.columns.size(); ++i) {
    const Type type = table_.columns[i].to;
    std::string left;
    std::string right;
    append_form(left, given.cells[i], type);
    append_form(right, kept.cells[i], type);
    if (left == right) continue;
    const bool moment = given.cells[i].kind() == ValueKind::timestamp;
    return fail(ErrorCode::data_corrupted,
                fmt::format("{}, field {}: {} is kept as {} by the target",
                            describe_row(pair_, table_, given.cells), field_name(i),
                            shown(given.cells[i], type), shown(kept.cells[i], type)),
                {}, moment ? "--round-times moves times in the target's precision" : "");
  }
  return fail(ErrorCode::internal, "rows that differ have equal fields");
}

const std::string& RowWriter::field_name(size_t column) const {
  return pair_.target->models[static_cast<size_t>(table_.model)]
      .fields[static_cast<size_t>(table_.columns[column].field)]
      .name;
}

}  // namespace trivet::app
