// A project's folder: its configuration and its schema. Blocking; values.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "app/config/config.h"
#include "base/error.h"
#include "schema/schema.h"

namespace trivet::app {

// Where the schema is: schema.path, else the folder.
[[nodiscard]] std::string schema_path(const Config& config);
[[nodiscard]] schema::CheckResult load_project_schema(const Config& config);

// Everything that check found, as text for people.
[[nodiscard]] std::string render_diagnostics(const schema::CheckResult& check);
// The schema, or a bad_schema error whose message is what render_diagnostics gives.
[[nodiscard]] result<std::shared_ptr<const schema::Schema>> require_schema(
    const schema::CheckResult& check);

// File of the database: database.url, else the datasource's url or env(), else ./data.db. From the
// configuration it is relative to the project's folder, from the schema to the schema's file, as
// Prisma has it.
[[nodiscard]] result<std::string> database_path(const Config& config, const schema::Schema& schema,
                                                const std::string& env_value);

// The file that an SQLite URL ("file:data.db", "sqlite:…") names, relative to `folder`; bad_config for
// other databases.
[[nodiscard]] result<std::string> file_of_url(std::string_view url, const std::string& folder);

}  // namespace trivet::app
