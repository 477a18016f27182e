#include "app/config/keys_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "app/config/toml_file.h"
#include "auth/base64url.h"

namespace trivet::app {
namespace {

constexpr std::string_view file_head =
    "# The secret of this project: every key and token is derived from it or signed with it.\n"
    "# Keep it out of version control; whoever has it can do everything. A new one revokes all "
    "keys.\n";

result<auth::ProjectKeys> checked_keys(std::string secret, std::string_view where) {
  if (secret.size() < auth::secret_bytes_min)
    return fail(ErrorCode::bad_config,
                fmt::format("{}: the secret has {} bytes; at least {} are needed", where,
                            secret.size(), auth::secret_bytes_min));
  return auth::derive_keys(std::move(secret));
}

std::unexpected<Error> system_error(const std::string& path) {
  return fail(ErrorCode::file_error, fmt::format("{}: {}", path, std::strerror(errno)));
}

// Owner only from the first moment on, and never half written.
result<void> write_private(const std::string& path, std::string_view text) {
  const std::string temporary = path + ".new";
  const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) return system_error(temporary);
  const bool written =
      ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fchmod(descriptor, 0600) == 0 && ::fsync(descriptor) == 0;
  if (::close(descriptor) != 0 || !written) return system_error(temporary);
  if (::rename(temporary.c_str(), path.c_str()) != 0) return system_error(path);
  return {};
}

}  // namespace

std::string keys_path(const Config& config) {
  return (std::filesystem::path(config.folder) / config.keys_file).lexically_normal().string();
}

result<std::optional<auth::ProjectKeys>> load_keys(const Config& config) {
  if (!config.jwt_secret.empty()) return checked_keys(config.jwt_secret, "auth.jwt_secret");
  const std::string path = keys_path(config);
  TRIVET_TRY(const auto entries, read_toml(path));
  if (!entries) return std::optional<auth::ProjectKeys>();
  const auto found = std::ranges::find(*entries, "jwt_secret", &TomlEntry::name);
  if (found == entries->end())
    return fail(ErrorCode::bad_config, fmt::format("{}: jwt_secret is missing", path));
  return checked_keys(found->value, path);
}

result<auth::ProjectKeys> create_keys(const Config& config, Random& random, Existing existing) {
  if (existing == Existing::keep) {
    TRIVET_TRY(std::optional<auth::ProjectKeys> keys, load_keys(config));
    if (keys) return *std::move(keys);
  }
  std::array<std::byte, 32> bytes{};
  random.fill(bytes);
  const std::string secret =
      auth::encode_base64url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  const std::string path = keys_path(config);
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  TRIVET_CHECK(write_private(path, fmt::format("{}jwt_secret = \"{}\"\n", file_head, secret)));
  return auth::derive_keys(secret);
}

std::optional<std::string> readable_by_others(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || (status.st_mode & 077) == 0) return std::nullopt;
  return fmt::format("{} holds a secret and can be read by others (mode {:o}): chmod 600 {}", path,
                     status.st_mode & 0777, path);
}

}  // namespace trivet::app
