#include "app/tls/supply.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fstream>
#include <iterator>

#include "app/acme/renewer.h"
#include "app/config/keys_file.h"

namespace trivet::app {
namespace {

using observe::Level;
using std::chrono::system_clock;

constexpr std::chrono::hours expires_soon{14 * 24};

result<std::string> read_text(const std::string& path, std::string_view setting) {
  std::ifstream stream(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(stream), {});
  if (stream.bad() || text.empty())
    return fail(ErrorCode::bad_config,
                fmt::format("{}: {} can't be read, or is empty", setting, path));
  return text;
}

std::string in_folder(const Config& config, const std::string& path) {
  return path.empty() || path.starts_with('/') ? path : config.folder + "/" + path;
}

net::ClientCertificate client_certificate(const std::string& word) {
  if (word == "required") return net::ClientCertificate::required;
  return word == "optional" ? net::ClientCertificate::optional : net::ClientCertificate::none;
}

}  // namespace

result<std::unique_ptr<TlsSupply>> TlsSupply::open(const Config& config,
                                                   const net::TlsChallenges& challenges,
                                                   observe::Sink& log) {
  const bool by_acme = acme::is_wanted(config);
  if (!by_acme && config.tls_certificate.empty() && config.tls_key.empty()) return nullptr;
  if (by_acme) TRIVET_CHECK(acme::prepare(config));
  TRIVET_TRY(Files files, files_of(config));
  if (by_acme) files.challenges = &challenges;
  TRIVET_TRY(auto first, read(files));
  return std::unique_ptr<TlsSupply>(new TlsSupply(files, std::move(first), log));
}

TlsSupply::TlsSupply(Files files, std::shared_ptr<const net::TlsContext> first, observe::Sink& log)
    : files_(std::move(files)), log_(log), keeper_(first), watcher_(paths(), [this] {
        read_again();
        return paths();
      }) {
  tell_of(*first);
}

result<TlsSupply::Files> TlsSupply::files_of(const Config& config) {
  Files files{in_folder(config, config.tls_certificate), in_folder(config, config.tls_key),
              in_folder(config, config.tls_client_ca),
              client_certificate(config.tls_client_certificates)};
  if (acme::is_wanted(config))
    files.certificate = files.key = acme::file_of(config);
  else if (files.certificate.empty() || files.key.empty())
    return fail(ErrorCode::bad_config, "tls.certificate and tls.key are needed, both or none");
  if (files.client_certificate != net::ClientCertificate::none && files.client_ca.empty())
    return fail(ErrorCode::bad_config,
                "tls.client_certificates asks for certificates; tls.client_ca must name the "
                "authorities that sign them");
  return files;
}

result<std::shared_ptr<const net::TlsContext>> TlsSupply::read(const Files& files) {
  net::TlsOptions options;
  TRIVET_TRY(options.certificate_chain, read_text(files.certificate, "tls.certificate"));
  TRIVET_TRY(options.private_key, read_text(files.key, "tls.key"));
  if (!files.client_ca.empty()) {
    TRIVET_TRY(options.client_ca, read_text(files.client_ca, "tls.client_ca"));
  }
  options.client_certificate = files.client_certificate;
  options.challenges = files.challenges;
  return net::TlsContext::make(options);
}

std::vector<std::string> TlsSupply::paths() const {
  return {files_.certificate, files_.key, files_.client_ca};
}

void TlsSupply::tell_of(const net::TlsContext& context) {
  const auto end = context.expires();
  const std::string text =
      fmt::format("certificate for {}, valid until {:%F %T} UTC", fmt::join(context.names(), ", "),
                  fmt::gmtime(system_clock::to_time_t(end)));
  log_.lifecycle({Level::info, "tls.certificate", text});
  if (end < system_clock::now() + expires_soon)
    log_.lifecycle({Level::warning, "tls.expires",
                    end < system_clock::now() ? "the certificate has expired"
                                              : "the certificate expires in less than two weeks"});
  if (const auto reason = readable_by_others(files_.key))
    log_.lifecycle({Level::warning, "tls.key_readable", *reason});
}

// A certificate without its new key yet is refused; the key's change comes next.
void TlsSupply::read_again() {
  auto fresh = read(files_);
  if (!fresh) {
    log_.lifecycle(
        {Level::warning, "tls.refused", "what was before serves on: " + fresh.error().message});
    return;
  }
  keeper_.replace(*fresh);
  tell_of(**fresh);
}

}  // namespace trivet::app
