#include "auth/stored_keys/key_rows.h"

#include <algorithm>

#include "auth/records/records.h"

namespace trivet::auth {
namespace {

constexpr std::string_view ring_id = "signing";

std::string text_of(Value value) {
  return value.is_null() ? std::string() : std::string(value.as_text());
}

// In the schema's order.
ApiKey read_key(std::span<const Value> row) {
  ApiKey key;
  key.id = text_of(row[0]);
  key.name = text_of(row[1]);
  key.kind = text_of(row[2]) == "publishable" ? ApiKeyKind::publishable : ApiKeyKind::secret;
  key.role = text_of(row[3]);
  key.scopes = text_of(row[4]);
  key.hash = text_of(row[5]);
  key.hint = text_of(row[6]);
  key.created_at = row[7].as_integer();
  key.expires_at = row[8].is_null() ? 0 : row[8].as_integer();
  return key;
}

std::vector<Condition> with_id(std::string_view id) {
  std::vector<Condition> where;
  where.push_back({"id", store::Op::eq, Value::text(id)});
  return where;
}

}  // namespace

KeyRows::KeyRows(engine::Engine& engine) : records_(engine, "KeyRecord"), keys_(engine, "ApiKey") {}

task<answer<std::optional<RingRecord>>> KeyRows::find_ring(store::Deadline deadline) const {
  auto rows = co_await records_.find(with_id(ring_id), Page(), deadline);
  if (!rows) co_return std::unexpected(std::move(rows).error());
  if (rows->batch.rows == 0) co_return std::optional<RingRecord>();
  const std::span<const Value> row = rows->batch.row(0);
  co_return std::optional<RingRecord>(RingRecord{row[1].as_integer(), text_of(row[2])});
}

task<answer<bool>> KeyRows::save_ring(RingRecord record, int64_t now_us,
                                      store::Deadline deadline) const {
  std::vector<Assignment> values;
  values.push_back({"version", Value::integer(record.version)});
  values.push_back({"record", Value::text(record.text)});
  values.push_back({"updated_at", Value::timestamp(now_us)});
  if (record.version == 1) {
    values.push_back({"id", Value::text(ring_id)});
    auto inserted = co_await records_.insert(std::move(values), std::vector<Child>(), deadline);
    co_return inserted;
  }
  std::vector<Condition> where = with_id(ring_id);
  where.push_back({"version", store::Op::eq, Value::integer(record.version - 1)});
  auto updated = co_await records_.update(std::move(where), std::move(values), deadline);
  if (!updated) co_return std::unexpected(std::move(updated).error());
  co_return *updated == 1;
}

task<answer<std::vector<ApiKey>>> KeyRows::list_keys(store::Deadline deadline) const {
  auto rows = co_await keys_.find(std::vector<Condition>(), Page(), deadline);
  if (!rows) co_return std::unexpected(std::move(rows).error());
  std::vector<ApiKey> keys;
  for (uint32_t i = 0; i < rows->batch.rows; ++i) keys.push_back(read_key(rows->batch.row(i)));
  std::ranges::sort(keys, {}, &ApiKey::name);
  co_return keys;
}

task<answer<bool>> KeyRows::add_key(ApiKey key, store::Deadline deadline) const {
  std::vector<Assignment> values;
  values.push_back({"id", Value::text(key.id)});
  values.push_back({"name", Value::text(key.name)});
  values.push_back({"kind", Value::text(api_key_kind_name(key.kind))});
  values.push_back({"role", Value::text(key.role)});
  values.push_back({"scopes", Value::text(key.scopes)});
  values.push_back({"hash", Value::text(key.hash)});
  values.push_back({"hint", Value::text(key.hint)});
  values.push_back({"created_at", Value::timestamp(key.created_at)});
  values.push_back({"expires_at", time_or_null(key.expires_at)});
  auto inserted = co_await keys_.insert(std::move(values), std::vector<Child>(), deadline);
  co_return inserted;
}

task<answer<bool>> KeyRows::remove_key(std::string id, store::Deadline deadline) const {
  auto removed = co_await keys_.remove(with_id(id), deadline);
  if (!removed) co_return std::unexpected(std::move(removed).error());
  co_return *removed == 1;
}

}  // namespace trivet::auth
