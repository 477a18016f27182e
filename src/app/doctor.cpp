#include "app/doctor.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <optional>

#include "app/check.h"
#include "app/config/keys_file.h"
#include "app/database.h"
#include "app/drivers/driver.h"
#include "app/project.h"
#include "net/endpoint.h"

namespace trivet::app {
namespace {

using Kind = Finding::Kind;

class Examination {
 public:
  void add(Kind kind, std::string about, std::string text) {
    findings_.push_back({kind, std::move(about), std::move(text)});
  }

  void secret(const Config& config) {
    const auto keys = load_keys(config);
    if (!keys) return add(Kind::problem, "secret", keys.error().message);
    if (!*keys)
      return add(Kind::warning, "secret", "none yet: `trivet keys` or `trivet dev` makes one");
    const auto readable =
        config.jwt_secret.empty() ? readable_by_others(keys_path(config)) : std::nullopt;
    if (readable) return add(Kind::problem, "secret", *readable);
    add(Kind::good, "secret",
        config.jwt_secret.empty() ? keys_path(config) : "given by auth.jwt_secret");
  }

  std::shared_ptr<const schema::Schema> schema(const Config& config) {
    schema::CheckResult check = load_project_schema(config);
    check_servable(check);
    if (!check.ok()) {
      add(Kind::problem, "schema", render_diagnostics(check));
      return nullptr;
    }
    add(Kind::good, "schema", fmt::format("{} models", check.schema->models.size()));
    closed_models(*check.schema);
    return check.schema;
  }

  void database(const Config& config, const schema::Schema& schema,
                const Environment& environment) {
    const auto driver = find_driver(config, schema, environment);
    if (!driver) return add(Kind::problem, "database", driver.error().message);
    if (const auto found = (*driver)->find(); !found)
      return add(found.error().code == ErrorCode::bad_config ? Kind::warning : Kind::problem,
                 "database", found.error().message);
    if (const auto matches = require_in_sync(**driver, schema); !matches)
      return add(Kind::problem, "database", matches.error().message);
    const auto text = (*driver)->describe();
    if (!text) return add(Kind::problem, "database", text.error().message);
    add(Kind::good, "database", *text);
    for (const Concern& concern : (*driver)->concerns(schema))
      add(Kind::warning, std::string(concern.event.substr(concern.event.find('.') + 1)),
          concern.text);
  }

  void endpoints(const Config& config) {
    for (const std::string& text : config.listen)
      if (const auto endpoint = net::parse_endpoint(text); !endpoint)
        add(Kind::problem, "server.listen", endpoint.error().message);
  }

  void machine(const Config& config) {
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
    if (files.rlim_cur < config.limits.connections_max + 100)
      add(Kind::warning, "open files",
          fmt::format("the system allows {}, fewer than limits.connections ({}): ulimit -n",
                      files.rlim_cur, config.limits.connections_max));
  }

  std::vector<Finding> take() { return std::move(findings_); }

 private:
  void closed_models(const schema::Schema& schema) {
    for (const schema::Model& model : schema.models)
      if (model.rules.empty() && !model.ignored)
        add(Kind::warning, "rules",
            fmt::format("{} has no rule: only the service key reaches it", model.name));
  }

  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> examine(const LoadOptions& options) {
  Examination examination;
  const auto loaded = load_config(options);
  if (!loaded) {
    examination.add(Kind::problem, "configuration", loaded.error().message);
    return examination.take();
  }
  examination.add(Kind::good, "configuration", options.folder + "/trivet.toml");
  examination.endpoints(loaded->config);
  examination.secret(loaded->config);
  if (const auto schema = examination.schema(loaded->config))
    examination.database(loaded->config, *schema, options.environment);
  examination.machine(loaded->config);
  return examination.take();
}

}  // namespace trivet::app
