// The certificate that a project's listeners show: read from its files, and again when they change,
// while connections stand. What can't be used is told in the log, and what was before serves on.
//
// Owns a thread that looks at the files. Thread-safe after open.
#pragma once

#include <memory>
#include <string>

#include "app/config/config.h"
#include "app/watcher.h"
#include "base/error.h"
#include "net/tls/tls_context.h"
#include "observe/event.h"

namespace trivet::app {

class TlsSupply {
 public:
  // Null if the project has none. `log` and `challenges` must outlive it. Errors name the setting.
  [[nodiscard]] static result<std::unique_ptr<TlsSupply>> open(
      const Config& config, const net::TlsChallenges& challenges, observe::Sink& log);

  [[nodiscard]] net::TlsKeeper& keeper() { return keeper_; }

 private:
  struct Files {
    std::string certificate;
    std::string key;
    std::string client_ca;  // empty = none
    net::ClientCertificate client_certificate = net::ClientCertificate::none;
    const net::TlsChallenges* challenges = nullptr;  // of a certificate that comes by ACME
  };

  TlsSupply(Files files, std::shared_ptr<const net::TlsContext> first, observe::Sink& log);

  [[nodiscard]] static result<Files> files_of(const Config& config);
  [[nodiscard]] static result<std::shared_ptr<const net::TlsContext>> read(const Files& files);
  [[nodiscard]] std::vector<std::string> paths() const;
  void tell_of(const net::TlsContext& context);
  void read_again();

  const Files files_;
  observe::Sink& log_;
  net::TlsKeeper keeper_;
  Watcher watcher_;  // last: its thread uses the rest
};

}  // namespace trivet::app
