#include "app/move/page.h"

#include <fmt/format.h>

#include <bit>
#include <chrono>

#include "engine/plan/program_planner.h"
#include "net/run_task.h"
#include "value/coerce.h"
#include "value/jsonb.h"
#include "value/text_format.h"

namespace trivet::app {
namespace {

using store::Expr;
using store::Op;

store::Deadline deadline() { return std::chrono::steady_clock::now() + std::chrono::minutes(10); }

std::string_view plain_number(std::string_view number) {
  if (number.find('.') == number.npos) return number;
  while (number.ends_with('0')) number.remove_suffix(1);
  if (number.ends_with('.')) number.remove_suffix(1);
  return number == "-0" ? "0" : number;
}

// Half a millisecond and more goes up, as PostgreSQL rounds what is after 2000.
Value to_milliseconds(Value value) {
  const int64_t us = value.as_integer();
  if (us == INT64_MAX || us == INT64_MIN) return value;
  int64_t ms = us / 1000;
  int64_t rest = us % 1000;
  if (rest < 0) {
    rest += 1000;
    --ms;
  }
  return Value::timestamp((ms + (rest >= 500 ? 1 : 0)) * 1000);
}

}  // namespace

void append_form(std::string& out, Value value, Type type) {
  const auto add_text = [&](char kind, std::string_view text) {
    fmt::format_to(std::back_inserter(out), "{}{}:{}", kind, text.size(), text);
  };
  switch (value.kind()) {
    case ValueKind::null:
      out += 'n';
      return;
    case ValueKind::floating:
      fmt::format_to(std::back_inserter(out), "f{:x};",
                     std::bit_cast<uint64_t>(value.as_floating() == 0 ? 0.0 : value.as_floating()));
      return;
    case ValueKind::numeric:
      return add_text('d', plain_number(value.as_text()));
    case ValueKind::json: {
      std::string normal;
      if (type == Type::json || !append_jsonb(normal, JsonValue::trusted(value.as_text())))
        normal = value.as_text();
      return add_text('j', normal);
    }
    case ValueKind::text:
      return add_text('t', value.as_text());
    case ValueKind::bytes:
      return add_text('b', value.as_text());
    case ValueKind::list:
      fmt::format_to(std::back_inserter(out), "l{}:", value.as_list().size());
      for (const Value& element : value.as_list()) append_form(out, element, type);
      return;
    default:
      fmt::format_to(std::back_inserter(out), "{}{};",
                     static_cast<char>('A' + static_cast<int>(value.kind())), value.as_integer());
  }
}

std::string describe_row(const SchemaPair& pair, const Table& table, std::span<const Value> cells) {
  std::string out = table.name;
  for (const size_t at : table.key) {
    const CopiedColumn& column = table.columns[at];
    out += fmt::format(
        " {}=", pair.target->models[static_cast<size_t>(table.model)].fields[static_cast<size_t>(column.field)].name);
    append_text_value(out, cells[at], column.to, {});
  }
  return out;
}

PageReader::PageReader(store::Store& store, const SchemaPair& pair, const Table& table, Side side,
                       With with)
    : store_(store),
      table_(table),
      schema_(side == Side::source ? pair.source : pair.target),
      side_(side),
      with_(with) {
  store::Level page = level();
  page.limit_param = 0;
  for (const size_t at : table_.key) page.order.push_back({column(table_.columns[at]), false, false});
  first_ = query(page);
  page.where = behind(0);
  next_ = query(page);
  store::Level found = level();
  std::vector<Expr> keys;
  for (size_t i = 0; i < table_.key.size(); ++i) {
    Expr list = key_param(i, static_cast<int>(i));
    list.is_list = true;
    keys.push_back(store::make_binary(Op::in, column(table_.columns[table_.key[i]]), std::move(list)));
  }
  found.where = store::make_and(std::move(keys));
  find_ = query(found);
  store::Level counted;
  counted.model = table_.model;
  counted.grouped = true;
  counted.outputs.emplace_back();
  counted.outputs.front().expr.op = Op::count_rows;
  counted.outputs.front().expr.type = Type::int8;
  count_ = query(counted);
}

store::Query PageReader::query(store::Level root) const {
  store::Query made;
  made.id = engine::next_query_id();
  made.schema = schema_;
  made.root = std::move(root);
  return made;
}

Expr PageReader::column(const CopiedColumn& column) const {
  Expr expr = store::make_column(column.field, side_ == Side::source ? column.from : column.to);
  expr.enum_index = column.enum_index;
  expr.is_list = column.is_list;
  return expr;
}

Expr PageReader::key_param(size_t at, int param) const {
  const Expr like = column(table_.columns[table_.key[at]]);
  Expr expr = store::make_param(param, like.type);
  expr.enum_index = like.enum_index;
  return expr;
}

store::Level PageReader::level() const {
  store::Level level;
  level.model = table_.model;
  for (const CopiedColumn& one : table_.columns) level.outputs.push_back({column(one)});
  if (with_ == With::columns) return level;
  for (const LinkEnd& end : table_.links) {
    store::Embed embed;
    embed.link.relation = end.relation;
    embed.link.side = end.side;
    embed.level.model = end.other;
    embed.level.outputs.push_back({column(end.other_key)});
    level.embeds.push_back(std::move(embed));
  }
  return level;
}

// (a, b) > (x, y):  a > x or (a = x and b > y). Parameter 0 is the limit.
Expr PageReader::behind(size_t at) const {
  const Expr left = column(table_.columns[table_.key[at]]);
  const Expr last = key_param(at, static_cast<int>(at) + 1);
  Expr greater = store::make_binary(Op::gt, left, last);
  if (at + 1 == table_.key.size()) return greater;
  std::vector<Expr> same;
  same.push_back(store::make_binary(Op::eq, left, last));
  same.push_back(behind(at + 1));
  std::vector<Expr> either;
  either.push_back(std::move(greater));
  either.push_back(store::make_and(std::move(same)));
  return store::make_or(std::move(either));
}

result<Page> PageReader::next(const Page* previous, uint32_t rows) const {
  store::Params params;
  params.values.push_back(Value::integer(rows));
  if (previous != nullptr)
    params.values.insert(params.values.end(), previous->last_key.begin(), previous->last_key.end());
  return read(previous == nullptr ? first_ : next_, params);
}

result<Page> PageReader::find(const std::vector<std::span<const Value>>& rows) const {
  Arena arena;
  store::Params params;
  for (const size_t at : table_.key) {
    std::vector<Value> keys;
    for (const std::span<const Value> cells : rows) {
      TRIVET_TRY(const Value key, there(table_.columns[at], cells[at], arena));
      keys.push_back(key);
    }
    params.values.push_back(arena.copy_list(keys));
  }
  return read(find_, params);
}

result<uint64_t> PageReader::count() const {
  TRIVET_TRY(const store::Rows rows, net::run_task(store_.read(count_, {}, deadline())));
  return static_cast<uint64_t>(rows.batch.row(0)[0].as_integer());
}

result<Page> PageReader::read(const store::Query& query, const store::Params& params) const {
  Page page;
  TRIVET_TRY(page.read, net::run_task(store_.read(query, params, deadline())));
  const Batch& batch = page.read.batch;
  page.rows.reserve(batch.rows);
  for (uint32_t i = 0; i < batch.rows; ++i) TRIVET_CHECK(add_row(batch.row(i), page));
  if (batch.rows > 0)
    for (const size_t at : table_.key) page.last_key.push_back(batch.row(batch.rows - 1)[at]);
  return page;
}

result<void> PageReader::add_row(std::span<const Value> read, Page& page) const {
  const size_t width = table_.columns.size();
  Value* cells = page.arena.allocate_array<Value>(width);
  PageRow row;
  row.cells = {cells, width};
  for (size_t i = 0; i < width; ++i) {
    TRIVET_TRY(cells[i], here(table_.columns[i], read[i], page.arena));
    append_form(row.form, cells[i], table_.columns[i].to);
  }
  for (const size_t at : table_.key) append_form(row.key, cells[at], table_.columns[at].to);
  for (size_t i = width; i < read.size(); ++i) {
    const CopiedColumn& key = table_.links[i - width].other_key;
    RowLinks& links = row.links.emplace_back();
    const Batch* others = read[i].is_null() ? nullptr : read[i].as_rows();
    for (uint32_t at = 0; others != nullptr && at < others->rows; ++at) {
      TRIVET_TRY(const Value id, here(key, others->row(at)[0], page.arena));
      links.ids.push_back(id);
      append_form(links.forms.emplace_back(), id, key.to);
    }
  }
  page.rows.push_back(std::move(row));
  return {};
}

result<Value> PageReader::here(const CopiedColumn& column, Value value, Arena& arena) const {
  if (side_ == Side::target || value.is_null()) return value;
  Value made = value;
  if (column.from != column.to) {
    TRIVET_TRY(made, cast_value(value, column.from, column.to, {}, arena));
  }
  return column.rounded && made.kind() == ValueKind::timestamp ? to_milliseconds(made) : made;
}

result<Value> PageReader::there(const CopiedColumn& column, Value value, Arena& arena) const {
  if (side_ == Side::target || column.from == column.to || value.is_null()) return value;
  return cast_value(value, column.to, column.from, {}, arena);
}

}  // namespace trivet::app
