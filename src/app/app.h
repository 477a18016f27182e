// A serving process: configuration → schema → store → engine → handlers → listeners, and back down
// in the other order.
//
//   auto app = App::start({loaded, Mode::serve});   (*app)->wait();
//
// start returns once connections are accepted. wait serves until SIGTERM or SIGINT, which drain;
// SIGHUP and reload() read configuration, keys and schema again. What can change is swapped in as a
// whole; settings that take a restart are named in a warning; if anything is wrong, it is reported
// and what was before serves on.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/config/config_load.h"
#include "base/error.h"
#include "observe/event.h"

namespace trivet::app {

enum class Mode : uint8_t {
  serve,  // production: refuses what is unsafe
  dev,    // this machine: makes what is missing, follows changes
};

struct StartOptions {
  LoadedConfig loaded;
  Mode mode = Mode::serve;
  std::string port_file;  // empty = none; else the port bound first is written there
};

struct Served {
  std::vector<std::string> endpoints;  // as bound: "127.0.0.1:8080", "unix:/run/trivet.sock"
  std::string admin_endpoint;          // empty = none
  std::string redirect_endpoint;       // where plain HTTP leads to https://; empty = nowhere
  bool is_tls = false;                 // of endpoints, but for unix sockets
  std::string database;                // path of the file
};

// "https://127.0.0.1:8443", "unix:/run/trivet.sock".
[[nodiscard]] std::string url_of(const Served& served, const std::string& endpoint);

class App {
 public:
  [[nodiscard]] static result<std::unique_ptr<App>> start(StartOptions options);
  ~App();

  [[nodiscard]] const Served& served() const;
  // The log: everything of note goes there.
  [[nodiscard]] observe::Sink& log();
  // Serves until told to stop; then everything is down.
  void wait();
  // Thread-safe.
  void reload();

 private:
  struct State;
  explicit App(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace trivet::app
