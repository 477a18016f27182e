// What the command line asks for, as values, and one function per command that does it. parse.h
// makes the values.
//
// A command writes results to standard output and everything else to standard error, and returns
// the exit code: 0 done, 1 it failed or found something wrong, 2 it was asked wrongly.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "app/config/config_load.h"
#include "base/switch.h"

namespace trivet::cli {

inline constexpr int exit_ok = 0;
inline constexpr int exit_failure = 1;
inline constexpr int exit_usage = 2;

enum class Output : uint8_t { text, json };
struct Common {
  std::string folder = ".";
  std::vector<app::Override> overrides;
  Output output = Output::text;
};

struct InitArguments {
  std::string name;
};
struct ServeArguments {
  Common common;
  std::string port_file;
  Switch print_config = Switch::off;
};
struct DevArguments {
  Common common;
  std::string port_file;
};
struct ValidateArguments {
  Common common;
};
struct RulesArguments {
  Common common;
  std::string explain;  // "GET /rest/v1/Post"; empty = tell all rules
  std::string as;       // anon, service, claims or a token
  std::string data;     // the body of what is explained
};
struct TestArguments {
  Common common;
  std::string store;   // memory, database; empty = both
  std::string filter;  // part of a test's name
};
struct FormatArguments {
  std::vector<std::string> files;  // empty = those of the project in the current folder
  Switch check = Switch::off;
};
struct DbPushArguments {
  Common common;
  Switch accept_data_loss = Switch::off;
  Switch dry_run = Switch::off;
};
struct DbPullArguments {
  Common common;
  std::string url;   // empty = the project's
  std::string from;  // the framework that made it; empty = none
  std::string schemas;  // a list with commas
  Switch print = Switch::off;
  Switch force = Switch::off;
};
struct DbMoveArguments {
  Common common;
  std::string source;  // URLs
  std::string target;
  Switch round_times = Switch::off;
  Switch again = Switch::off;
  Switch dry_run = Switch::off;
  Switch quiet = Switch::off;
};
struct DbRekeyArguments {
  Common common;
  std::string new_key_file;  // "-" = standard input; empty = TRIVET_DATABASE_NEW_KEY
  Switch decrypt = Switch::off;
};
struct MigrateDevArguments {
  Common common;
  std::string name;                  // words of the new migration's name
  std::vector<std::string> renames;  // Model.old=new
  std::vector<std::string> drops;    // Model.old
  Switch create_only = Switch::off;
  Switch baseline = Switch::off;
  Switch accept_data_loss = Switch::off;
  Switch accept_breaking = Switch::off;
  uint32_t wait = 60;  // seconds for other processes that migrate
};
struct MigrateDeployArguments {
  Common common;
  Switch accept_data_loss = Switch::off;
  Switch accept_breaking = Switch::off;
  uint32_t wait = 60;
};
struct MigrateDiffArguments {
  Common common;
  std::string from = "migrations";
  std::string to = "schema";
  std::vector<std::string> renames;
  std::vector<std::string> drops;
  std::string file = "-";
  Switch sql = Switch::off;
  Switch exit_code = Switch::off;
};
struct MigrateStatusArguments {
  Common common;
};
struct MigrateResolveArguments {
  Common common;
  std::string applied;  // one of the two
  std::string rolled_back;
  uint32_t wait = 60;
};
struct MigrateRollbackArguments {
  Common common;
  std::string to;  // stays applied; empty = all but the last one
  Switch accept_data_loss = Switch::off;
  uint32_t wait = 60;
};
struct ImportArguments {
  Common common;
  std::string model;
  std::string file;
  std::string format;  // empty = by the file's name
  Switch skip_bad = Switch::off;
  Switch upsert = Switch::off;
  Switch quiet = Switch::off;
  uint32_t batch = 32'000;  // rows written together
};
struct ExportArguments {
  Common common;
  std::string model;
  std::string file;
  std::string format;
  Switch quiet = Switch::off;
};
struct KeysArguments {
  Common common;
  Switch rotate = Switch::off;
};
struct KeysRotateArguments {
  Common common;
  std::string algorithm = "ES256";
  Switch now = Switch::off;
  Switch anew = Switch::off;
};
struct KeysListArguments {
  Common common;
};
struct KeysCreateArguments {
  Common common;
  std::string name;
  std::string role;  // empty = by the kind
  std::vector<std::string> scopes;
  std::string expires;  // "90d"; empty = never
  Switch publishable = Switch::off;
};
struct KeysRevokeArguments {
  Common common;
  std::string name;  // of an API key, or the id of a signing key
};
struct UsersImportArguments {
  Common common;
  std::string file;
  std::string format;       // empty = by the file's name
  std::string from;         // the system that it is of; empty = our own columns
  std::string hash_config;  // file with Firebase's parameters
  Switch confirmed = Switch::off;
  Switch dry_run = Switch::off;
  Switch skip_bad = Switch::off;
  Switch skip_known = Switch::off;
  Switch quiet = Switch::off;
};
struct ConfigFromPostgrestArguments {
  std::string file;
};
struct OpenapiArguments {
  Common common;
  std::string file = "-";
};
struct DoctorArguments {
  Common common;
};
struct VersionArguments {
  Output output = Output::text;
};
struct CompletionArguments {
  std::string script;  // made by parse, which knows the words
};

using Command =
    std::variant<InitArguments, ServeArguments, DevArguments, ValidateArguments, RulesArguments, TestArguments, FormatArguments,
                 DbPushArguments, DbPullArguments, DbMoveArguments, DbRekeyArguments, MigrateDevArguments, MigrateDeployArguments,
                 MigrateDiffArguments, MigrateStatusArguments, MigrateResolveArguments,
                 MigrateRollbackArguments, ImportArguments, ExportArguments, KeysArguments, KeysRotateArguments,
                 KeysListArguments, KeysCreateArguments, KeysRevokeArguments, UsersImportArguments,
                 ConfigFromPostgrestArguments, OpenapiArguments, DoctorArguments, VersionArguments, CompletionArguments>;

[[nodiscard]] int run(const InitArguments& arguments);
[[nodiscard]] int run(const ServeArguments& arguments);
[[nodiscard]] int run(const DevArguments& arguments);
[[nodiscard]] int run(const ValidateArguments& arguments);
[[nodiscard]] int run(const RulesArguments& arguments);
[[nodiscard]] int run(const TestArguments& arguments);
[[nodiscard]] int run(const FormatArguments& arguments);
[[nodiscard]] int run(const DbPushArguments& arguments);
[[nodiscard]] int run(const DbPullArguments& arguments);
[[nodiscard]] int run(const DbMoveArguments& arguments);
[[nodiscard]] int run(const DbRekeyArguments& arguments);
[[nodiscard]] int run(const MigrateDevArguments& arguments);
[[nodiscard]] int run(const MigrateDeployArguments& arguments);
[[nodiscard]] int run(const MigrateDiffArguments& arguments);
[[nodiscard]] int run(const MigrateStatusArguments& arguments);
[[nodiscard]] int run(const MigrateResolveArguments& arguments);
[[nodiscard]] int run(const MigrateRollbackArguments& arguments);
[[nodiscard]] int run(const ImportArguments& arguments);
[[nodiscard]] int run(const ExportArguments& arguments);
[[nodiscard]] int run(const KeysArguments& arguments);
[[nodiscard]] int run(const KeysRotateArguments& arguments);
[[nodiscard]] int run(const KeysListArguments& arguments);
[[nodiscard]] int run(const KeysCreateArguments& arguments);
[[nodiscard]] int run(const KeysRevokeArguments& arguments);
[[nodiscard]] int run(const UsersImportArguments& arguments);
[[nodiscard]] int run(const ConfigFromPostgrestArguments& arguments);
[[nodiscard]] int run(const OpenapiArguments& arguments);
[[nodiscard]] int run(const DoctorArguments& arguments);
[[nodiscard]] int run(const VersionArguments& arguments);
[[nodiscard]] int run(const CompletionArguments& arguments);

}  // namespace trivet::cli
