#include "app/migrate/folder.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace trivet::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* lock_name = "migration_lock.toml";
constexpr const char* script_name = "migration.sql";
constexpr const char* down_name = "down.sql";

std::string sha256_hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  TRIVET_ASSERT(EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) ==
                1);
  std::string hex;
  for (unsigned i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

std::string with_line_ends(std::string_view text, std::string_view end) {
  std::string made;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    if (text[i] == '\n')
      made += end;
    else
      made += text[i];
  }
  return made;
}

result<std::string> read_text(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  if (!stream || !(text << stream.rdbuf()))
    if (!stream || fs::file_size(path) > 0)
      return fail(ErrorCode::file_error, path.string() + ": can't be read");
  return text.str();
}

result<void> write_text(const fs::path& path, std::string_view text) {
  std::ofstream stream(path, std::ios::binary | std::ios::trunc);
  if (!(stream << text).flush())
    return fail(ErrorCode::file_error, path.string() + ": can't be written");
  return {};
}

// The value of `provider = "…"`.
std::string locked_provider(std::string_view lock) {
  const size_t at = lock.find("\nprovider");
  const size_t open = at == lock.npos ? lock.npos : lock.find('"', at);
  const size_t close = open == lock.npos ? lock.npos : lock.find('"', open + 1);
  return close == lock.npos ? std::string() : std::string(lock.substr(open + 1, close - open - 1));
}

result<void> check_lock(const fs::path& folder, std::string_view provider) {
  if (!fs::exists(folder / lock_name)) return {};
  TRIVET_TRY(const std::string lock, read_text(folder / lock_name));
  const std::string locked = locked_provider('\n' + lock);
  if (locked.empty() || locked == provider) return {};
  return fail(ErrorCode::bad_config,
              fmt::format("the migrations in {} are for {}, but the database is {}",
                          folder.string(), locked, provider),
              {}, "their SQL differs: begin a new folder of migrations for the new database");
}

result<MigrationFile> read_migration(const fs::path& path) {
  MigrationFile migration{.name = path.filename().string(), .sql = {}, .down = {}};
  if (!fs::exists(path / script_name))
    return fail(ErrorCode::bad_config,
                fmt::format("{} is not there", (path / script_name).string()), {},
                "bring the file back, or remove the folder if it was never applied");
  TRIVET_TRY(migration.sql, read_text(path / script_name));
  if (!fs::exists(path / down_name)) return migration;
  TRIVET_TRY(migration.down, read_text(path / down_name));
  return migration;
}

}  // namespace

std::string MigrationFile::checksum() const { return sha256_hex(sql); }

bool MigrationFile::matches(std::string_view wanted) const {
  return sha256_hex(sql) == wanted || sha256_hex(with_line_ends(sql, "\n")) == wanted ||
         sha256_hex(with_line_ends(sql, "\r\n")) == wanted;
}

result<std::vector<MigrationFile>> read_migrations(const std::string& folder,
                                                   std::string_view provider) {
  std::vector<MigrationFile> migrations;
  std::error_code failed;
  if (!fs::exists(folder, failed)) return migrations;
  TRIVET_CHECK(check_lock(folder, provider));
  fs::directory_iterator entries(folder, failed);
  if (failed) return fail(ErrorCode::file_error, folder + ": " + failed.message());
  for (const fs::directory_entry& entry : entries) {
    // A folder that is still being written has a name with a dot in front.
    if (!entry.is_directory() || entry.path().filename().string().starts_with('.')) continue;
    TRIVET_TRY(MigrationFile migration, read_migration(entry.path()));
    migrations.push_back(std::move(migration));
  }
  std::ranges::sort(migrations, {}, &MigrationFile::name);
  return migrations;
}

result<void> write_migration(const std::string& folder, std::string_view provider,
                             const MigrationFile& migration) {
  const fs::path made = fs::path(folder) / ("." + migration.name);
  std::error_code failed;
  fs::create_directories(made, failed);
  if (failed) return fail(ErrorCode::file_error, made.string() + ": " + failed.message());
  TRIVET_CHECK(write_text(made / script_name, migration.sql));
  if (migration.down) TRIVET_CHECK(write_text(made / down_name, *migration.down));
  if (!fs::exists(fs::path(folder) / lock_name))
    TRIVET_CHECK(write_text(
        fs::path(folder) / lock_name,
        fmt::format("# Please do not edit this file manually\n# It should be added in your "
                    "version-control system (e.g., Git)\nprovider = \"{}\"\n",
                    provider)));
  fs::rename(made, fs::path(folder) / migration.name, failed);
  if (failed) return fail(ErrorCode::file_error, made.string() + ": " + failed.message());
  return {};
}

result<void> remove_migration(const std::string& folder, const std::string& name) {
  std::error_code failed;
  fs::remove_all(fs::path(folder) / name, failed);
  if (failed) return fail(ErrorCode::file_error, name + ": " + failed.message());
  return {};
}

std::string new_migration_name(int64_t now_us, std::string_view words,
                               const std::vector<MigrationFile>& others) {
  constexpr size_t length_max = 200;
  std::string slug;
  for (const char c : words.substr(0, length_max)) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (plain)
      slug += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (!slug.empty() && slug.back() != '_')
      slug += '_';
  }
  while (slug.ends_with('_')) slug.pop_back();
  // Two in one second, or a clock that is behind: the order of the names is that of applying.
  for (std::time_t seconds = now_us / 1'000'000;; ++seconds) {
    std::string name = fmt::format("{:%Y%m%d%H%M%S}_{}", fmt::gmtime(seconds), slug);
    const auto is_before = [&](const MigrationFile& other) {
      return other.name.substr(0, 14) >= name.substr(0, 14) &&
             std::ranges::all_of(other.name.substr(0, 14),
                                 [](unsigned char c) { return std::isdigit(c) != 0; });
    };
    if (std::ranges::none_of(others, is_before)) return name;
    // A name from far in the future is passed at once.
    if (const auto last = std::ranges::max_element(others, {}, &MigrationFile::name);
        last->name.substr(0, 14) > fmt::format("{:%Y%m%d%H%M%S}", fmt::gmtime(seconds + 86400)))
      return fmt::format("{}_{}", std::stoll(last->name.substr(0, 14)) + 1, slug);
  }
}

}  // namespace trivet::app
