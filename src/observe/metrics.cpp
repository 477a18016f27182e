#include "observe/metrics.h"

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <mutex>

#include "observe/process_metrics.h"

namespace trivet::observe {
namespace {

constexpr size_t routes_max = 32;  // the last one is "other"

constexpr std::array<std::string_view, 8> methods = {"GET",   "HEAD",   "POST",    "PUT",
                                                     "PATCH", "DELETE", "OPTIONS", "OTHER"};

size_t method_index(std::string_view method) {
  for (size_t i = 0; i + 1 < methods.size(); ++i)
    if (methods[i] == method) return i;
  return methods.size() - 1;
}

// Statuses that this server gives; the rest count as 0.
constexpr std::array<uint16_t, 42> statuses = {
    0,   200, 201, 202, 204, 206, 300, 301, 302, 303, 304, 307, 308, 400,
    401, 403, 404, 405, 406, 408, 409, 410, 412, 413, 414, 415, 416, 417,
    422, 423, 426, 429, 431, 500, 501, 502, 503, 504, 505, 507, 101, 511};

consteval std::array<uint8_t, 600> make_status_table() {
  std::array<uint8_t, 600> table{};
  for (size_t i = 1; i < statuses.size(); ++i) table[statuses[i]] = static_cast<uint8_t>(i);
  return table;
}

constexpr auto status_table = make_status_table();

size_t status_index(int status) {
  return status >= 0 && status < 600 ? status_table[static_cast<size_t>(status)] : 0;
}

using Counter = std::atomic<uint64_t>;

void count(Counter& counter, uint64_t by) { counter.fetch_add(by, std::memory_order_relaxed); }

uint64_t value(const Counter& counter) { return counter.load(std::memory_order_relaxed); }

}  // namespace

struct Metrics::Route {
  std::array<std::array<Counter, statuses.size()>, methods.size()> requests{};
  Counter bytes_in{0};
  Counter bytes_out{0};
  Histogram duration;
  std::array<Histogram, stage_count> stages;
};

struct Metrics::Shard {
  std::array<std::atomic<Route*>, routes_max> routes{};
  ~Shard() {
    for (auto& route : routes) delete route.load();
  }
};

// Only grows: a reader that sees the count sees the names below it.
struct Metrics::Names {
  std::mutex mutex;
  std::array<std::string_view, routes_max> names{};
  std::atomic<size_t> count{0};
};

Metrics::Metrics(unsigned shards) : names_(std::make_unique<Names>()) {
  for (unsigned i = 0; i < std::max(1u, shards); ++i) shards_.push_back(std::make_unique<Shard>());
}

Metrics::~Metrics() = default;

size_t Metrics::route_index(std::string_view route) {
  if (route.empty()) route = "none";
  const size_t known = names_->count.load(std::memory_order_acquire);
  for (size_t i = 0; i < known; ++i)
    if (names_->names[i] == route) return i;
  const std::lock_guard lock(names_->mutex);
  const size_t count = names_->count.load(std::memory_order_relaxed);
  for (size_t i = known; i < count; ++i)
    if (names_->names[i] == route) return i;
  if (count + 1 >= routes_max) route = "other";
  if (count == routes_max) return routes_max - 1;
  names_->names[count] = route;
  names_->count.store(count + 1, std::memory_order_release);
  return count;
}

Metrics::Route& Metrics::route_of(Shard& shard, size_t index) {
  Route* route = shard.routes[index].load(std::memory_order_acquire);
  if (route != nullptr) return *route;
  auto made = std::make_unique<Route>();
  if (shard.routes[index].compare_exchange_strong(route, made.get())) route = made.release();
  return *route;
}

void Metrics::request(const RequestEvent& event) {
  Shard& shard = *shards_[event.loop_index % shards_.size()];
  Route& route = route_of(shard, route_index(event.route));
  count(route.requests[method_index(event.method)][status_index(event.status)], 1);
  count(route.bytes_in, event.bytes_in);
  count(route.bytes_out, event.bytes_out);
  route.duration.add(event.duration_ns);
  for (size_t i = 0; i < stage_count; ++i)
    if (event.stages[i] != 0) route.stages[i].add(event.stages[i]);
}

void Metrics::lifecycle(const LifecycleEvent&) {}

void Metrics::add_reader(Family family, std::function<double()> read) {
  readers_.push_back({family, std::move(read)});
}

template <class Visit>
void Metrics::for_each(size_t index, Visit visit) const {
  for (const auto& shard : shards_)
    if (const Route* route = shard->routes[index].load(std::memory_order_acquire)) visit(*route);
}

void Metrics::render_counts(std::string& out) const {
  write_family({"trivet_http_requests_total", "counter", "Requests answered."}, out);
  const size_t routes = names_->count.load(std::memory_order_acquire);
  for (size_t i = 0; i < routes; ++i) {
    for (size_t m = 0; m < methods.size(); ++m) {
      for (size_t s = 0; s < statuses.size(); ++s) {
        uint64_t total = 0;
        for_each(i, [&](const Route& route) { total += value(route.requests[m][s]); });
        if (total == 0) continue;
        write_sample("trivet_http_requests_total",
                     {{"route", names_->names[i]},
                      {"method", methods[m]},
                      {"status", s == 0 ? "other" : fmt::format("{}", statuses[s])}},
                     static_cast<double>(total), out);
      }
    }
  }
}

void Metrics::render_bytes(std::string& out) const {
  const size_t routes = names_->count.load(std::memory_order_acquire);
  std::string sent;
  write_family({"trivet_http_request_bytes_total", "counter", "Bytes of requests received."}, out);
  write_family({"trivet_http_response_bytes_total", "counter", "Bytes of responses sent."}, sent);
  for (size_t i = 0; i < routes; ++i) {
    uint64_t bytes_in = 0;
    uint64_t bytes_out = 0;
    for_each(i, [&](const Route& route) {
      bytes_in += value(route.bytes_in);
      bytes_out += value(route.bytes_out);
    });
    const Labels labels = {{"route", names_->names[i]}};
    write_sample("trivet_http_request_bytes_total", labels, static_cast<double>(bytes_in), out);
    write_sample("trivet_http_response_bytes_total", labels, static_cast<double>(bytes_out), sent);
  }
  out.append(sent);
}

void Metrics::render_durations(std::string& out) const {
  write_family({"trivet_http_request_duration_seconds", "histogram",
                "From a complete request head to a complete answer."},
               out);
  const size_t routes = names_->count.load(std::memory_order_acquire);
  for (size_t i = 0; i < routes; ++i) {
    Histogram::Snapshot total;
    for_each(i, [&](const Route& route) { route.duration.add_to(total); });
    write_histogram("trivet_http_request_duration_seconds", {{"route", names_->names[i]}}, total,
                    out);
  }
}

void Metrics::render_stages(std::string& out) const {
  write_family({"trivet_http_stage_duration_seconds", "histogram",
                "Time in each of the six stages of a request."},
               out);
  const size_t routes = names_->count.load(std::memory_order_acquire);
  for (size_t i = 0; i < routes; ++i) {
    for (size_t stage = 0; stage < stage_count; ++stage) {
      Histogram::Snapshot total;
      for_each(i, [&](const Route& route) { route.stages[stage].add_to(total); });
      if (total.sum_ns == 0) continue;
      write_histogram("trivet_http_stage_duration_seconds",
                      {{"route", names_->names[i]}, {"stage", stage_names[stage]}}, total, out);
    }
  }
}

std::string Metrics::render() const {
  std::string out;
  render_counts(out);
  render_bytes(out);
  render_durations(out);
  render_stages(out);
  for (const Reader& reader : readers_) {
    write_family(reader.family, out);
    write_sample(reader.family.name, {}, reader.read(), out);
  }
  write_process_metrics(out);
  return out;
}

}  // namespace trivet::observe
