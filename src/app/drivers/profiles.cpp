#include "app/drivers/profiles.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace trivet::app {

std::vector<std::string> served_schemas(const Config& config) {
  if (config.rest_schemas.empty()) return {"public"};
  return config.rest_schemas;
}

std::vector<std::string> schemas_of_functions(const Config& config, const schema::Schema& schema) {
  if (schema.datasource.schemas.empty()) return {};
  return served_schemas(config);
}

result<void> check_served_schemas(const Config& config, const schema::Schema& schema) {
  const std::vector<std::string> served = served_schemas(config);
  const std::vector<std::string>& there = schema.datasource.schemas;
  if (std::set(served.begin(), served.end()).size() != served.size())
    return fail(ErrorCode::bad_config, "rest.schemas names a schema twice");
  if (there.empty() && served.size() > 1)
    return fail(ErrorCode::bad_config, "rest.schemas names several, but the models are in no schema of their own", {},
                "list them in the schema's datasource, schemas = [\"public\", …], and say @@schema in each model");
  if (there.empty()) return {};
  for (const std::string& name : served)
    if (std::ranges::find(there, name) == there.end())
      return fail(ErrorCode::bad_config,
                  config.rest_schemas.empty()
                      ? "rest.schemas is not set, and \"public\" is none of the datasource's schemas"
                      : fmt::format("rest.schemas: \"{}\" is none of the datasource's schemas", name),
                  {}, "name those that are served, the first for requests that name none");
  return {};
}

}  // namespace trivet::app
