// Counts requests by route, method, status and stage, and renders them for Prometheus.
//
// Each event loop has its own shard, so counting never contends. Recording allocates only when a route is seen for the
// first time. Routes beyond a limit count as "other". Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "observe/event.h"
#include "observe/prometheus.h"

namespace trivet::observe {

class Metrics final : public Sink {
 public:
  explicit Metrics(unsigned shards);
  ~Metrics() override;

  void request(const RequestEvent& event) override;
  void lifecycle(const LifecycleEvent& event) override;

  // A value that another part knows, asked for at each scrape on the scraping thread. Before serving; name, type and
  // help are static storage. What `read` uses must outlive the last scrape.
  void add_reader(Family family, std::function<double()> read);

  // The whole exposition.
  [[nodiscard]] std::string render() const;

 private:
  struct Route;
  struct Shard;
  struct Reader {
    Family family;
    std::function<double()> read;
  };
  struct Names;

  size_t route_index(std::string_view route);
  Route& route_of(Shard& shard, size_t index);
  template <class Visit>
  void for_each(size_t index, Visit visit) const;
  void render_counts(std::string& out) const;
  void render_bytes(std::string& out) const;
  void render_durations(std::string& out) const;
  void render_stages(std::string& out) const;

  std::unique_ptr<Names> names_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::vector<Reader> readers_;
};

}  // namespace trivet::observe
