#include "app/acme/renewer.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "app/acme/certificates.h"
#include "app/acme/client.h"
#include "auth/jose/key.h"
#include "base/random.h"
#include "net/tls/tls_context.h"

namespace trivet::app::acme {
namespace {

namespace fs = std::filesystem;
using observe::Level;
using std::chrono::system_clock;

constexpr std::chrono::minutes first_pause(1);
constexpr std::chrono::hours longest_pause(6);
constexpr std::chrono::hours longest_sleep(12);  // clocks of machines jump

// One for each authority: what the staging one gave is not taken for the real one's.
std::string folder_of(const Config& config) {
  std::string name = config.tls_acme_directory.substr(std::string_view("https://").size());
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0 && c != '.' && c != '-'; }, '_');
  return config.folder + "/.trivet/acme/" + name;
}

std::string read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// Whole or not at all, for its owner alone.
result<void> write_file(const std::string& path, const std::string& text) {
  const std::string fresh = path + ".new";
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool written = file >= 0 &&
                       ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::fsync(file) == 0;
  if (file >= 0) ::close(file);
  std::error_code failed;
  if (written) fs::rename(fresh, path, failed);
  if (!written || failed)
    return fail(ErrorCode::bad_config, fmt::format("tls.acme_hosts: {} can't be written", path));
  return {};
}

// Each once, as a certificate names it.
std::vector<std::string> sorted_hosts(const Config& config) {
  std::vector<std::string> hosts;
  for (const std::string& host : config.tls_acme_hosts) hosts.push_back(normal_host(host));
  std::ranges::sort(hosts);
  hosts.erase(std::ranges::unique(hosts).begin(), hosts.end());
  return hosts;
}

result<auth::Key> account_key(const Config& config) {
  const std::string path = folder_of(config) + "/account.jwk";
  if (const std::string text = read_file(path); !text.empty()) return auth::Key::parse(text);
  auth::Key key = auth::Key::generate(auth::Algorithm::es256);
  TRIVET_CHECK(write_file(path, key.private_jwk()));
  return key;
}

std::string path_of(const Proof& proof) { return "/.well-known/acme-challenge/" + proof.token; }

class HttpSolver final : public Solver {
 public:
  explicit HttpSolver(ProofTexts& texts) : texts_(texts) {}
  [[nodiscard]] Challenge kind() const override { return Challenge::http_01; }
  result<void> show(const Proof& proof) override {
    texts_.show(path_of(proof), proof.key_authorization);
    return {};
  }
  void hide(const Proof& proof) override { texts_.hide(path_of(proof)); }

 private:
  ProofTexts& texts_;
};

class TlsSolver final : public Solver {
 public:
  explicit TlsSolver(net::TlsChallenges& challenges) : challenges_(challenges) {}
  [[nodiscard]] Challenge kind() const override { return Challenge::tls_alpn_01; }
  result<void> show(const Proof& proof) override {
    TRIVET_TRY(const KeyAndCertificate made, make_proof(proof.host, proof.key_authorization));
    net::TlsOptions options;
    options.certificate_chain = made.certificate;
    options.private_key = made.key;
    options.purpose = net::TlsPurpose::acme_proof;
    TRIVET_TRY(auto context, net::TlsContext::make(options));
    challenges_.show(proof.host, std::move(context));
    return {};
  }
  void hide(const Proof& proof) override { challenges_.hide(proof.host); }

 private:
  net::TlsChallenges& challenges_;
};

result<void> fits(const std::string& chain, const std::string& key) {
  net::TlsOptions options;
  options.certificate_chain = chain;
  options.private_key = key;
  TRIVET_CHECK(net::TlsContext::make(options));
  return {};
}

bool by_http(const Config& config) {
  if (config.tls_acme_challenge == "auto") return !config.tls_redirect_listen.empty();
  return config.tls_acme_challenge == "http-01";
}

result<void> check(const Config& config) {
  const auto refuse = [](std::string text) { return fail(ErrorCode::bad_config, std::move(text)); };
  if (!config.tls_certificate.empty() || !config.tls_key.empty())
    return refuse("tls.acme_hosts gets a certificate; tls.certificate and tls.key name another");
  if (!config.tls_acme_directory.starts_with("https://"))
    return refuse("tls.acme_directory must begin with https://");
  if (!config.tls_acme_agree)
    return refuse("tls.acme_hosts: the authority's terms of service have to be agreed to: tls.acme_agree = true");
  for (const std::string& host : config.tls_acme_hosts) {
    if (host.starts_with("*"))
      return refuse("tls.acme_hosts: " + host + ": a wildcard is proved by DNS alone, which isn't supported");
    const bool fine = !host.empty() && host.find_first_of(":/ ") == std::string::npos;
    if (!fine && !is_address(host))
      return refuse("tls.acme_hosts: \"" + host + "\" is no host: write example.com");
    if (is_address(host) && !by_http(config))
      return refuse("tls.acme_hosts: the address " + host + " is proved by http-01 alone: set tls.redirect_listen");
  }
  if (config.tls_acme_challenge == "http-01" && config.tls_redirect_listen.empty())
    return refuse("tls.acme_challenge = \"http-01\" is answered at tls.redirect_listen, which is empty");
  return {};
}

}  // namespace

bool is_wanted(const Config& config) { return !config.tls_acme_hosts.empty(); }

std::string file_of(const Config& config) { return folder_of(config) + "/certificate.pem"; }

result<void> prepare(const Config& config) {
  TRIVET_CHECK(check(config));
  std::error_code failed;
  fs::create_directories(folder_of(config), failed);
  if (failed)
    return fail(ErrorCode::bad_config,
                fmt::format("tls.acme_hosts: {} can't be made: {}", folder_of(config), failed.message()));
  fs::permissions(folder_of(config), fs::perms::owner_all, failed);
  const std::string present = read_file(file_of(config));
  if (fits(present, present)) return {};
  TRIVET_TRY(const std::string key, make_key());
  TRIVET_TRY(const std::string chain, make_placeholder(key, sorted_hosts(config)));
  return write_file(file_of(config), key + chain);
}

std::optional<std::string> ProofTexts::find(std::string_view path) const {
  const std::lock_guard lock(mutex_);
  const auto found = texts_.find(path);
  if (found == texts_.end()) return std::nullopt;
  return found->second;
}

void ProofTexts::show(std::string path, std::string text) {
  const std::lock_guard lock(mutex_);
  texts_.insert_or_assign(std::move(path), std::move(text));
}

void ProofTexts::hide(const std::string& path) {
  const std::lock_guard lock(mutex_);
  texts_.erase(path);
}

Renewer::Renewer(const Config& config, ProofTexts& texts, net::TlsChallenges& challenges,
                 observe::Sink& log)
    : config_(config), log_(log) {
  if (by_http(config))
    solver_ = std::make_unique<HttpSolver>(texts);
  else
    solver_ = std::make_unique<TlsSolver>(challenges);
  thread_ = std::thread([this] { run(); });
}

Renewer::~Renewer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  thread_.join();
}

bool Renewer::wait(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return !stop_.wait_for(lock, time, [this] { return stopping_.load(); });
}

void Renewer::tell(Level level, std::string_view name, const std::string& text) {
  log_.lifecycle({level, name, text});
}

Renewer::Moment Renewer::due() const {
  const auto validity = read_validity(read_file(file_of(config_)));
  if (!validity || validity->is_placeholder ||
      !std::ranges::includes(validity->hosts, sorted_hosts(config_)))
    return {};
  const auto before = config_.tls_acme_renew_before;
  if (before.count() > 0) return validity->to - before;
  return validity->to - (validity->to - validity->from) / 3;
}

result<void> Renewer::renew() {
  TRIVET_TRY(auth::Key account, account_key(config_));
  std::string ca_file = config_.tls_acme_ca_file;
  if (!ca_file.empty() && !ca_file.starts_with('/')) ca_file = config_.folder + "/" + ca_file;
  Transport transport({ca_file, &stopping_});
  Client client(transport, std::move(account),
                [this](std::chrono::milliseconds time) { return wait(time); });
  TRIVET_CHECK(client.enter(config_.tls_acme_directory, config_.tls_acme_email));
  const std::vector<std::string> hosts = sorted_hosts(config_);
  TRIVET_TRY(const std::string key, make_key());
  TRIVET_TRY(const std::string request, make_request(key, hosts));
  TRIVET_TRY(const std::string chain, client.order(hosts, request, *solver_));
  if (const auto good = fits(chain, key); !good)
    return fail(ErrorCode::connection_failed,
                "what came is no certificate for the key: " + good.error().message);
  return write_file(file_of(config_), key + chain);
}

void Renewer::run() {
  SystemRandom random;
  std::chrono::milliseconds pause = first_pause;
  for (;;) {
    const auto now = system_clock::now();
    const Moment next = due();
    if (next > now) {
      const auto sleep = std::chrono::ceil<std::chrono::milliseconds>(next - now);
      if (!wait(std::min<std::chrono::milliseconds>(sleep, longest_sleep))) return;
      continue;
    }
    tell(Level::info, "acme.ordering",
         fmt::format("asking {} for a certificate for {}", config_.tls_acme_directory,
                     fmt::join(sorted_hosts(config_), ", ")));
    const auto done = renew();
    if (stopping_) return;
    if (done && due() > system_clock::now()) {
      pause = first_pause;
      continue;
    }
    tell(Level::error, "acme.failed",
         fmt::format("no certificate: {}; tried again in {:.0f} min",
                     done ? "the one that came ends too soon for tls.acme_renew_before" : done.error().message,
                     std::chrono::duration<double, std::ratio<60>>(pause).count()));
    // Between half and all of it, so that many nodes don't ask at once.
    const auto half = static_cast<uint64_t>(pause.count() / 2);
    if (!wait(std::chrono::milliseconds(half + random.below(half + 1)))) return;
    pause = std::min<std::chrono::milliseconds>(pause * 2, longest_pause);
  }
}

}  // namespace trivet::app::acme
