// Gets the certificate of `[tls] acme_hosts` and renews it, on a thread of its own, into a file that
// TlsSupply follows: so a new one is shown without a break.
//
// The files are in the project's folder, at .trivet/acme/: the account's key, and one of the
// certificate's key and chain, so that both change at once. prepare() makes what is missing, with a certificate signed by itself, so that
// listeners can open, and answer the authority, before there is another. A failure is told and tried
// again, later each time.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "app/acme/solver.h"
#include "app/config/config.h"
#include "base/error.h"
#include "net/tls/challenges.h"
#include "observe/event.h"

namespace trivet::app::acme {

[[nodiscard]] bool is_wanted(const Config& config);
[[nodiscard]] std::string file_of(const Config& config);
// Makes what is missing. Errors (bad_config) name the setting.
[[nodiscard]] result<void> prepare(const Config& config);

// Texts by their path, for whoever asks at port 80 (http-01). Thread-safe.
class ProofTexts {
 public:
  [[nodiscard]] std::optional<std::string> find(std::string_view path) const;
  void show(std::string path, std::string text);
  void hide(const std::string& path);

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> texts_;  // guarded by mutex_
};

class Renewer {
 public:
  // All outlive it. Begins at once: listeners must be open.
  Renewer(const Config& config, ProofTexts& texts, net::TlsChallenges& challenges,
          observe::Sink& log);
  ~Renewer();
  Renewer(const Renewer&) = delete;
  Renewer& operator=(const Renewer&) = delete;

 private:
  using Moment = std::chrono::system_clock::time_point;

  void run();
  // When the certificate that is there must be replaced; the past if it is none.
  [[nodiscard]] Moment due() const;
  [[nodiscard]] result<void> renew();
  // False: it is time to stop.
  bool wait(std::chrono::milliseconds time);
  void tell(observe::Level level, std::string_view name, const std::string& text);

  const Config config_;
  observe::Sink& log_;
  std::unique_ptr<Solver> solver_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable stop_;
  std::thread thread_;  // last: it uses the rest
};

}  // namespace trivet::app::acme
