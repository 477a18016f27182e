// The keys that the project's database keeps: `trivet keys rotate, list, create, revoke`.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ctime>

#include "app/accounts/offline_accounts.h"
#include "auth/stored_keys/key_desk.h"
#include "cli/commands.h"
#include "cli/terminal.h"
#include "net/run_task.h"
#include "value/json_builder.h"

namespace trivet::cli {
namespace {

using auth::ApiKey;
using auth::RingKey;

constexpr auto time_allowed = std::chrono::seconds(30);

// What a command works with, open for its time.
struct Desk {
  std::unique_ptr<app::OfflineAccounts> accounts;
  std::unique_ptr<auth::KeyDesk> desk;
  SystemClock clock;
  SystemRandom random;

  [[nodiscard]] int64_t now() const { return clock.now_us() / 1'000'000; }
};

result<std::unique_ptr<Desk>> open_desk(const Common& common) {
  const auto environment = app::process_environment();
  TRIVET_TRY(const app::LoadedConfig loaded,
             app::load_config({common.folder, environment, common.overrides}));
  auto desk = std::make_unique<Desk>();
  TRIVET_TRY(desk->accounts, app::OfflineAccounts::open(loaded, environment));
  desk->desk = std::make_unique<auth::KeyDesk>(auth::KeyDeskParts{
      desk->accounts->engine(), desk->clock, desk->random, desk->accounts->keys().secret});
  return desk;
}

store::Deadline deadline() { return std::chrono::steady_clock::now() + time_allowed; }

int report_refusal(const auth::Refusal& refusal) {
  return report(refusal.log_text.empty() ? refusal.message : refusal.log_text);
}

// What ends on another thread has to be made before it is known.
template <class T>
task<std::unique_ptr<T>> boxed(task<T> work) {
  T value = co_await std::move(work);
  co_return std::make_unique<T>(std::move(value));
}

template <class T>
T finish(task<T> work) {
  return std::move(*net::run_task(boxed(std::move(work))));
}

// "2026-11-23 15:30 UTC"
std::string time_text(int64_t seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  gmtime_r(&time, &parts);
  return fmt::format("{:%Y-%m-%d %H:%M} UTC", parts);
}

// What a signing key does now and will do next.
std::string life_text(const RingKey& key, auth::KeyState state) {
  if (state == auth::KeyState::standby) return "signs from " + time_text(key.signs_from);
  if (state == auth::KeyState::current && key.verifies_until == auth::for_ever) return "signs";
  if (state == auth::KeyState::current) return "signs until another one does";
  return "verifies until " + time_text(key.verifies_until);
}

void print_ring(const auth::KeyRing& ring, int64_t now) {
  for (const RingKey& key : ring.keys())
    print(fmt::format("{}  {:5}  {:8}  {}\n", key.key.id(),
                      auth::algorithm_info(*key.key.algorithm()).name,
                      auth::key_state_name(ring.state(key, now)),
                      life_text(key, ring.state(key, now))));
}

void print_api_keys(const std::vector<ApiKey>& keys) {
  for (const ApiKey& key : keys)
    print(fmt::format("{:20}  {:20}  {:14}  {}{}\n", key.name, key.hint, key.role,
                      key.scopes.empty() ? "everywhere" : key.scopes,
                      key.expires_at == 0 ? ""
                                          : ", until " + time_text(key.expires_at / 1'000'000)));
}

void add_time(JsonBuilder& json, std::string_view name, int64_t seconds) {
  if (seconds == 0 || seconds == auth::for_ever)
    json.key(name).null();
  else
    json.member(name, seconds);
}

void add_api_key(JsonBuilder& json, const ApiKey& key) {
  json.open_object().member("name", key.name).member("kind", api_key_kind_name(key.kind));
  json.member("role", key.role).member("scopes", key.scopes).member("hint", key.hint);
  json.member("created_at", key.created_at / 1'000'000);
  add_time(json, "expires_at", key.expires_at / 1'000'000);
}

void print_json(const auth::KeyRing& ring, const std::vector<ApiKey>& keys, int64_t now) {
  JsonBuilder json;
  json.open_object().key("signing_keys").open_array();
  for (const RingKey& key : ring.keys()) {
    json.open_object().member("kid", key.key.id());
    json.member("alg", auth::algorithm_info(*key.key.algorithm()).name);
    json.member("state", auth::key_state_name(ring.state(key, now)));
    json.member("signs_from", key.signs_from);
    add_time(json, "verifies_until", key.verifies_until);
    json.close();
  }
  json.close().key("api_keys").open_array();
  for (const ApiKey& key : keys) {
    add_api_key(json, key);
    json.close();
  }
  print(json.close().close().take() + "\n");
}

// "90d", "12h", "30m" → µs.
std::optional<int64_t> parse_length(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number <= 0 || number > 100'000) return std::nullopt;
  const std::string_view unit = text.substr(static_cast<size_t>(end - text.data()));
  const int64_t seconds = unit == "d" ? 86'400 : unit == "h" ? 3'600 : unit == "m" ? 60 : 0;
  return seconds == 0 ? std::nullopt : std::optional(number * seconds * 1'000'000);
}

}  // namespace

int run(const KeysRotateArguments& arguments) {
  const auto algorithm = auth::parse_algorithm(arguments.algorithm);
  if (!algorithm) return report("there is no algorithm " + arguments.algorithm);
  const auto desk = open_desk(arguments.common);
  if (!desk) return report(desk.error());
  auth::Rotation wanted;
  wanted.algorithm = *algorithm;
  if (arguments.now == Switch::on) wanted.when = auth::Rotation::When::now;
  if (arguments.anew == Switch::on) wanted.foreign = auth::Rotation::Foreign::drop;
  const auto ring = finish((*desk)->desk->rotate(wanted, deadline()));
  if (!ring) return report_refusal(ring.error());
  if (arguments.common.output == Output::json)
    print_json(*ring, {}, (*desk)->now());
  else
    print_ring(*ring, (*desk)->now());
  return exit_ok;
}

int run(const KeysListArguments& arguments) {
  const auto desk = open_desk(arguments.common);
  if (!desk) return report(desk.error());
  const auto list = finish((*desk)->desk->list(deadline()));
  if (!list) return report_refusal(list.error());
  if (arguments.common.output == Output::json) {
    print_json(list->ring, list->api_keys, (*desk)->now());
    return exit_ok;
  }
  print_note(dim("Signing keys\n"));
  print_ring(list->ring, (*desk)->now());
  print_note(dim(list->api_keys.empty() ? "No API keys but those of the secret (`trivet keys`)\n"
                                        : "API keys beside those of the secret (`trivet keys`)\n"));
  print_api_keys(list->api_keys);
  return exit_ok;
}

int run(const KeysCreateArguments& arguments) {
  const bool is_publishable = arguments.publishable == Switch::on;
  ApiKey wanted;
  wanted.name = arguments.name;
  wanted.kind = is_publishable ? auth::ApiKeyKind::publishable : auth::ApiKeyKind::secret;
  wanted.role = arguments.role;
  if (wanted.role.empty()) wanted.role = is_publishable ? "anon" : "service_role";
  wanted.scopes = fmt::format("{}", fmt::join(arguments.scopes, " "));
  const auto desk = open_desk(arguments.common);
  if (!desk) return report(desk.error());
  if (!arguments.expires.empty()) {
    const auto length = parse_length(arguments.expires);
    if (!length) return report("--expires takes a length as in 90d, 12h or 30m");
    wanted.expires_at = (*desk)->clock.now_us() + *length;
  }
  const auto made = finish((*desk)->desk->create(std::move(wanted), deadline()));
  if (!made) return report_refusal(made.error());
  if (arguments.common.output == Output::json) {
    JsonBuilder json;
    add_api_key(json, made->key);
    print(json.member("key", made->text).close().take() + "\n");
    return exit_ok;
  }
  print(made->text + "\n");
  print_note(dim("It is shown this once: only a digest of it is kept.\n"));
  return exit_ok;
}

int run(const KeysRevokeArguments& arguments) {
  const auto desk = open_desk(arguments.common);
  if (!desk) return report(desk.error());
  const auto revoked = finish((*desk)->desk->revoke(arguments.name, deadline()));
  if (!revoked) return report_refusal(revoked.error());
  const bool is_api_key = *revoked == auth::KeyDesk::Revoked::api_key;
  print_note(fmt::format("{} {} is refused within seconds.\n",
                         is_api_key ? "API key" : "What was signed with", arguments.name));
  return exit_ok;
}

}  // namespace trivet::cli
