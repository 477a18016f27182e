// Certificates that prove hosts to an authority (tls-alpn-01, RFC 8737): shown to whoever asks for the
// protocol acme-tls/1 with the host's name, and to nobody else. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace trivet::net {

class TlsContext;

class TlsChallenges {
 public:
  void show(std::string host, std::shared_ptr<const TlsContext> context);
  void hide(const std::string& host);
  // Null: there is none.
  [[nodiscard]] std::shared_ptr<const TlsContext> find(std::string_view host) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const TlsContext>, std::less<>> contexts_;  // guarded by mutex_
};

}  // namespace trivet::net
