#include "app/app.h"

#include <fmt/format.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <optional>

#include "app/accounts/accounts_api.h"
#include "app/acme/renewer.h"
#include "app/check.h"
#include "app/config/keys_file.h"
#include "app/config/safety.h"
#include "app/database.h"
#include "app/drivers/authority.h"
#include "app/drivers/driver.h"
#include "app/drivers/functions.h"
#include "app/drivers/profiles.h"
#include "app/environment.h"
#include "app/generations.h"
#include "app/project.h"
#include "app/tls/supply.h"
#include "app/watcher.h"
#include "http/metrics_handler.h"
#include "http/redirect.h"
#include "net/runtime.h"
#include "net/tls/challenges.h"
#include "observe/fanout.h"
#include "observe/log_sink.h"
#include "observe/metrics.h"

namespace trivet::app {
namespace {

using observe::Level;

observe::LogOptions log_options(const Config& config, Mode mode) {
  observe::LogOptions options;
  const bool json =
      config.log_format == "json" || (config.log_format == "auto" && mode == Mode::serve);
  options.format = json ? observe::LogFormat::ecs : observe::LogFormat::text;
  options.colour = json ? observe::Colour::off : observe::colour_for(options.descriptor);
  if (config.log_level == "debug") options.level_min = Level::debug;
  if (config.log_level == "warning") options.level_min = Level::warning;
  if (config.log_level == "error") options.level_min = Level::error;
  if (config.log_level == "warning" || config.log_level == "error")
    options.requests = observe::Requests::failed;
  return options;
}

net::RuntimeOptions runtime_options(const Config& config) {
  net::RuntimeOptions options;
  options.threads = config.threads;
  options.tick = http::tick_for(config.limits);
  options.drain_timeout = config.limits.drain_timeout;
  return options;
}

// Signals that come before wait() handles them stay pending, so a stop right after the start is a
// clean one too. Before any thread is made: a signal ends the process if one thread lets it in.
void hold_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, number);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

result<std::shared_ptr<const schema::Schema>> load_schema(const Config& config,
                                                          std::vector<std::string>& files) {
  schema::CheckResult check = load_project_schema(config);
  check_servable(check);
  files.clear();
  for (const schema::SourceFile& file : check.files) files.push_back(file.path);
  return require_schema(check);
}

result<auth::ProjectKeys> keys_for(const LoadedConfig& loaded, Mode mode) {
  if (mode == Mode::dev) {
    SystemRandom random;
    return create_keys(loaded.config, random, Existing::keep);
  }
  const std::vector<std::string> reasons = unsafe_settings(loaded);
  if (!reasons.empty())
    return fail(ErrorCode::bad_config,
                fmt::format("this is not safe to serve:\n  {}", fmt::join(reasons, "\n  ")));
  TRIVET_TRY(const std::optional<auth::ProjectKeys> keys, load_keys(loaded.config));
  TRIVET_ASSERT(keys.has_value());
  return *keys;
}

result<void> write_port(const std::string& path, const std::string& endpoint) {
  const std::string port = endpoint.substr(endpoint.rfind(':') + 1);
  std::ofstream stream(path, std::ios::trunc);
  if (!(stream << port << '\n').flush())
    return fail(ErrorCode::file_error, path + ": can't be written");
  return {};
}

}  // namespace

// In the order of being built: what is below uses what is above, and goes first.
struct App::State {
  explicit State(StartOptions given)
      : options(std::move(given)),
        log(log_options(options.loaded.config, options.mode)),
        runtime(runtime_options(options.loaded.config)),
        metrics(runtime.threads()) {
    sinks.add(log);
    sinks.add(metrics);
  }
  ~State() {
    watcher.reset();
    // Nothing may run any more in what goes now, also if starting failed half-way.
    if (database) database->interrupt();
    runtime.end();
    generations.reset();
    feed.reset();
    database.reset();
  }

  [[nodiscard]] const Config& config() const { return options.loaded.config; }
  void tell(Level level, std::string_view name, std::string_view message) {
    sinks.lifecycle({level, name, message});
  }

  result<void> build();
  result<void> open_database();
  result<bool> follow_changes(const schema::Schema& wanted);
  result<void> look_at_functions(const Config& wanted, const schema::Schema& by);
  result<void> match_database(const schema::Schema& wanted);
  result<void> listen();
  result<void> listen_for_plain();
  void count_connections();
  void follow_files();
  [[nodiscard]] std::vector<std::string> watched_files() const;
  std::vector<std::string> reload();
  result<void> reload_all();
  void apply(Reread reread, const auth::ProjectKeys& fresh_keys, bool is_changed);

  StartOptions options;
  observe::LogSink log;
  observe::Fanout sinks;
  net::Runtime runtime;
  observe::Metrics metrics;
  SystemEnvironment environment;
  auth::ProjectKeys keys;
  std::vector<std::string> schema_files;
  std::shared_ptr<const schema::Schema> schema;  // shared with the engines and their plans
  std::unique_ptr<Driver> driver;
  std::unique_ptr<OpenDatabase> database;
  std::unique_ptr<engine::ChangeFeed> feed;  // null: no model has had @@realtime
  std::atomic<engine::ChangeFeed*> open_feed{nullptr};  // the same, for other threads than that of reloads
  std::unique_ptr<Generations> generations;
  net::TlsChallenges challenges;
  acme::ProofTexts proofs;
  std::unique_ptr<TlsSupply> tls;
  std::unique_ptr<http::Redirect> redirect;
  std::unique_ptr<http::Server> redirect_server;
  std::unique_ptr<acme::Renewer> renewer;
  std::unique_ptr<Watcher> watcher;
  std::mutex reloading;
  Served served;
};

result<void> App::State::build() {
  TRIVET_TRY(keys, keys_for(options.loaded, options.mode));
  TRIVET_TRY(schema, load_schema(config(), schema_files));
  TRIVET_CHECK(open_database());
  TRIVET_CHECK(look_at_functions(config(), *schema));
  generations = std::make_unique<Generations>(GenerationParts{
      database->store(), environment, sinks, metrics, database->procedures(),
      authority_of(config()) == engine::Authority::database ? database->sessions() : nullptr,
      options.mode == Mode::dev ? Mails::kept : Mails::sent, database->views(), database->plans(), database->replicas()});
  TRIVET_CHECK(follow_changes(*schema));
  generations->add(config(), keys, schema);
  count_connections();
  return listen();
}

// What the models with @@realtime need, and who reads it. True if that has just begun, and needs a generation that knows.
result<bool> App::State::follow_changes(const schema::Schema& wanted) {
  TRIVET_TRY(std::unique_ptr<store::ChangeLog> followed, driver->follow_changes(wanted));
  if (followed == nullptr || feed != nullptr) return false;
  feed = std::make_unique<engine::ChangeFeed>(std::move(followed), sinks);
  generations->set_changes(*feed);
  open_feed = feed.get();
  return true;
}

void App::State::count_connections() {
  http::add_runtime_metrics(metrics, runtime);
  metrics.add_reader({"trivet_change_streams", "gauge", "Streams of changes open now."},
                     [this] {
                       const engine::ChangeFeed* const open = open_feed;
                       return open == nullptr ? 0.0 : static_cast<double>(open->watches());
                     });
  metrics.add_reader({"trivet_changes_total", "counter", "Changes of watched rows that the database told."},
                     [this] {
                       const engine::ChangeFeed* const open = open_feed;
                       return open == nullptr ? 0.0 : static_cast<double>(open->changes());
                     });
  database->add_metrics(metrics);
}

result<void> App::State::open_database() {
  TRIVET_TRY(driver, find_driver(config(), *schema, process_environment()));
  served.database = driver->place();
  TRIVET_CHECK(match_database(*schema));
  TRIVET_CHECK(check_authority(config(), *driver));
  TRIVET_TRY(database, driver->open({runtime.pool(), runtime.executors(),
                                     config().limits.request_timeout}));
  runtime.set_on_drain([this] {
    if (engine::ChangeFeed* const open = open_feed) open->stop();
  });
  runtime.set_on_drained([this](unsigned loop) { database->close_loop(loop); });
  return {};
}

// dev makes the database match where nothing is lost; serve never changes what is the project's. The tables of
// accounts are made by both.
result<void> App::State::match_database(const schema::Schema& wanted) {
  if (options.mode == Mode::serve) {
    TRIVET_CHECK(require_in_sync(*driver, wanted));
  } else {
    TRIVET_TRY(const std::vector<std::string> changes, push_without_loss(*driver, wanted));
    for (const std::string& change : changes) tell(Level::info, "database.changed", change);
  }
  if (config().auth_enabled) {
    TRIVET_CHECK(check_mail_settings(config()));
    TRIVET_CHECK(check_oauth_settings(config()));
    TRIVET_CHECK(check_sms_settings(config()));
    TRIVET_TRY(const std::vector<std::string> made,
               make_account_tables(*driver, wanted.datasource.provider));
    for (const std::string& change : made) tell(Level::info, "database.changed", change);
  }
  for (const Concern& concern : driver->concerns(wanted))
    tell(Level::warning, concern.event, concern.text);
  return {};
}

result<void> App::State::look_at_functions(const Config& wanted, const schema::Schema& by) {
  TRIVET_CHECK(check_served_schemas(wanted, by));
  TRIVET_TRY(const std::vector<std::string> missing,
             refresh_functions(wanted, schemas_of_functions(wanted, by), *database));
  for (const std::string& name : missing)
    tell(Level::warning, "database.no_function",
         fmt::format("rest.functions opens {}, which the database doesn't have", name));
  if (wanted.plans && database->plans() == nullptr)
    return fail(ErrorCode::bad_config, "rest.plans: this kind of database tells no plans", {}, "it does on PostgreSQL");
  return database->refresh_views();
}

result<void> App::State::listen() {
  TRIVET_TRY(tls, TlsSupply::open(config(), challenges, sinks));
  served.is_tls = tls != nullptr;
  const net::ListenOptions listening{config().limits.connections_max, tls ? &tls->keeper() : nullptr,
                                   config().limits.header_timeout};
  if (config().listen.empty())
    return fail(ErrorCode::bad_config, "server.listen is empty: nothing would be served");
  for (const std::string& endpoint : config().listen) {
    TRIVET_TRY(const std::string bound, runtime.listen(endpoint, generations->api(), listening));
    served.endpoints.push_back(bound);
  }
  if (!config().admin_listen.empty()) {
    TRIVET_TRY(served.admin_endpoint, runtime.listen(config().admin_listen, generations->admin(),
                                                     {.connections_max = 100}));
  }
  TRIVET_CHECK(listen_for_plain());
  runtime.start();
  tell(Level::info, "server.authority", authority_text(authority_of(config())));
  for (const std::string& endpoint : served.endpoints)
    tell(Level::info, "server.listening", "serving on " + url_of(served, endpoint));
  if (!served.redirect_endpoint.empty())
    tell(Level::info, "server.redirecting", "leading to https:// from " + served.redirect_endpoint);
  if (!served.admin_endpoint.empty())
    tell(Level::info, "server.admin_listening", "metrics on " + served.admin_endpoint);
  if (acme::is_wanted(config()))
    renewer = std::make_unique<acme::Renewer>(config(), proofs, challenges, sinks);
  // Before anybody is told that this runs: a change from then on is one to follow.
  if (options.mode == Mode::dev) follow_files();
  if (!options.port_file.empty())
    TRIVET_CHECK(write_port(options.port_file, served.endpoints.front()));
  return {};
}

result<void> App::State::listen_for_plain() {
  if (config().tls_redirect_listen.empty()) return {};
  if (!tls)
    return fail(ErrorCode::bad_config,
                "tls.redirect_listen leads to HTTPS, which needs tls.certificate or tls.acme_hosts");
  const std::string& endpoint = served.endpoints.front();
  const uint32_t bound =
      static_cast<uint32_t>(std::atoi(endpoint.c_str() + endpoint.rfind(':') + 1));
  const uint32_t port = config().tls_redirect_port == 0 ? bound : config().tls_redirect_port;
  redirect = std::make_unique<http::Redirect>(
      static_cast<uint16_t>(port), [this](std::string_view path) { return proofs.find(path); });
  http::ServerOptions of_redirect;
  of_redirect.limits = config().limits;
  of_redirect.sink = &sinks;
  redirect_server = std::make_unique<http::Server>(*redirect, of_redirect);
  TRIVET_TRY(served.redirect_endpoint,
             runtime.listen(config().tls_redirect_listen, *redirect_server,
                            {config().limits.connections_max}));
  return {};
}

void App::State::follow_files() {
  watcher = std::make_unique<Watcher>(watched_files(), [this] { return reload(); });
}

std::vector<std::string> App::State::watched_files() const {
  std::vector<std::string> files = schema_files;
  files.push_back(config().folder + "/trivet.toml");
  return files;
}

// Everything is looked at before anything is applied.
result<void> App::State::reload_all() {
  TRIVET_TRY(Reread reread, reread_config(options.loaded));
  TRIVET_TRY(const auth::ProjectKeys fresh_keys, keys_for(reread.loaded, options.mode));
  TRIVET_TRY(const std::shared_ptr<const schema::Schema> fresh,
             load_schema(reread.loaded.config, schema_files));
  TRIVET_TRY(const auto asked, find_driver(reread.loaded.config, *fresh, process_environment()));
  if (asked->place() != driver->place())
    reread.need_restart.push_back("the url of the schema's datasource");
  if (fresh->datasource.schemas != schema->datasource.schemas)
    reread.need_restart.push_back("the schemas of the schema's datasource");
  TRIVET_CHECK(match_database(*fresh));
  TRIVET_CHECK(look_at_functions(reread.loaded.config, *fresh));
  TRIVET_TRY(const bool follows, follow_changes(*fresh));
  TRIVET_CHECK(generations->engine().set_schema(fresh));
  schema = fresh;
  apply(std::move(reread), fresh_keys, follows);
  // Who watches was let in by what held before.
  if (feed) feed->end_watches();
  return {};
}

void App::State::apply(Reread reread, const auth::ProjectKeys& fresh_keys, bool is_changed) {
  if (!reread.need_restart.empty())
    tell(Level::warning, "config.needs_restart",
         fmt::format("changed, but only a restart applies it: {}",
                     fmt::join(reread.need_restart, ", ")));
  is_changed |= reread.is_changed || fresh_keys != keys;
  options.loaded = std::move(reread.loaded);
  keys = fresh_keys;
  if (!is_changed) return;
  generations->add(config(), keys, schema);
  const observe::LogOptions wanted = log_options(config(), options.mode);
  log.set_level(wanted.level_min, wanted.requests);
  tell(Level::info, "config.reloaded", "configuration reloaded");
}

// The files to watch from now on.
std::vector<std::string> App::State::reload() {
  const std::lock_guard lock(reloading);
  const result<void> reloaded = reload_all();
  if (reloaded) {
    tell(Level::info, "schema.reloaded",
         fmt::format("schema reloaded: {} models", schema->models.size()));
    return watched_files();
  }
  const Error& error = reloaded.error();
  const bool of_config = error.code == ErrorCode::bad_config;
  std::string text = "refused, what was before serves on: " + error.message;
  if (!error.details.empty()) text += "\n  " + error.details;
  if (!error.hint.empty()) text += "\n  " + error.hint;
  tell(Level::error, of_config ? "config.refused" : "schema.refused",
       (of_config ? "configuration " : "schema ") + text);
  return watched_files();
}

std::string url_of(const Served& served, const std::string& endpoint) {
  if (endpoint.starts_with("unix:")) return endpoint;
  return (served.is_tls ? "https://" : "http://") + endpoint;
}

App::App(std::unique_ptr<State> state) : state_(std::move(state)) {}
App::~App() = default;

result<std::unique_ptr<App>> App::start(StartOptions options) {
  hold_signals();
  auto state = std::make_unique<State>(std::move(options));
  TRIVET_CHECK(state->build());
  return std::unique_ptr<App>(new App(std::move(state)));
}

const Served& App::served() const { return state_->served; }
observe::Sink& App::log() { return state_->sinks; }

void App::wait() {
  state_->runtime.wait({.on_hangup = [this] { reload(); }});
  state_->tell(Level::info, "server.stopped", "everything in flight was answered");
}

void App::reload() { (void)state_->reload(); }

}  // namespace trivet::app
