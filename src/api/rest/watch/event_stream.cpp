#include "api/rest/watch/event_stream.h"

#include "api/rest/request/url.h"
#include "value/json_reader.h"

namespace trivet::api::rest {
namespace {

// Sent when there is nothing to tell: what stands between shows a silent connection to be alive, and we see when it isn't.
constexpr std::chrono::milliseconds silence_max{15'000};
constexpr size_t piece_bytes = 32 * 1024;

// One line of data. Line ends can only stand between JSON's tokens, where a blank does as well.
void append_event(std::string& out, std::string_view name, int64_t id, std::string_view data) {
  out.append("event: ").append(name).append("\n");
  if (id != 0) out.append("id: ").append(std::to_string(id)).append("\n");
  out.append("data: ");
  for (const char c : data) out += c == '\n' || c == '\r' ? ' ' : c;
  out.append("\n\n");
}

// Filters that find the row alone: one for each column of its key.
std::string key_filters(const std::string& key) {
  std::string filters;
  Arena arena;
  for (const JsonMember& member : JsonValue::trusted(key).members()) {
    if (!filters.empty()) filters += '&';
    append_encoded(filters, member.key.text(arena));
    filters += "=eq.";
    const JsonValue value = member.value;
    append_encoded(filters, value.kind() == JsonKind::string ? value.as_string().text(arena) : value.raw());
  }
  return filters;
}

// The one row of an answer, or nothing.
std::string_view first_row(const std::string& body) {
  const JsonValue rows = JsonValue::trusted(body);
  if (rows.kind() != JsonKind::array) return {};
  for (const JsonValue& row : rows.elements()) return row.raw();
  return {};
}

}  // namespace

task<bool> EventStream::next(std::string& out) {
  if (!has_begun_) {
    has_begun_ = true;
    append_event(out, "ready", 0, "{}");
    co_return true;
  }
  while (!has_ended_) {
    while (!waiting_.empty() && !has_ended_ && out.size() < piece_bytes) {
      const std::shared_ptr<const store::Change> change = std::move(waiting_.front());
      waiting_.pop_front();
      co_await tell(*change, out);
    }
    if (!out.empty()) co_return true;
    engine::Told told = co_await watch_->next(silence_max);
    if (told.missed) append_event(out, "missed", 0, "{}");
    if (told.ended) has_ended_ = true;
    if (told.changes.empty() && out.empty() && !has_ended_) out.append(":\n\n");
    for (auto& change : told.changes) waiting_.push_back(std::move(change));
  }
  co_return true;
}

task<void> EventStream::tell(const store::Change& change, std::string& out) {
  std::string query;
  if (change.kind == schema::Operation::delete_) {
    const http::Request all = request_.with(query, {});
    if (reader_.found(all, change)) append_event(out, "delete", change.id, change.key);
    co_return;
  }
  const http::Request one = request_.with(query, key_filters(change.key));
  const http::Response answer = co_await reader_.read(one);
  if (answer.status >= 500) {
    append_event(out, "missed", 0, "{}");
  } else if (answer.status >= 300) {
    append_event(out, "error", 0, answer.body);
    has_ended_ = true;
  } else if (const std::string_view row = first_row(answer.body); !row.empty()) {
    append_event(out, change.kind == schema::Operation::create ? "insert" : "update", change.id, row);
  }
}

}  // namespace trivet::api::rest
