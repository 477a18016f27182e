// `trivet db pull`: the schema of an existing database. Blocking.
#pragma once

#include <string>

#include "app/config/config_load.h"
#include "base/error.h"
#include "store/introspect/live.h"
#include "store/introspect/pull.h"

namespace trivet::app {

enum class Present : uint8_t { update, ignore };

struct PullRequest {
  std::string url;                    // empty = the project's database
  std::vector<std::string> schemas;   // of PostgreSQL; empty = those of the present schema, or the URL's alone
  Present present = Present::update;  // what to do with a schema that is there
  // That made the database: new models follow its conventions.
  store::introspect::Framework framework = store::introspect::Framework::none;
};

// Reads the database and makes the schema's new text; writes nothing. Errors: bad_config,
// bad_schema (the present schema, or what it would become), and those of the database.
[[nodiscard]] result<store::introspect::Pulled> pull_schema(const LoadedConfig& loaded,
                                                            const PullRequest& request);

// Replaces the files whose text differs from what is on the disk, each as a whole; returns their
// paths.
[[nodiscard]] result<std::vector<std::string>> write_pulled(
    const store::introspect::Pulled& pulled);

}  // namespace trivet::app
