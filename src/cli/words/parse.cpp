#include "cli/words/parse.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <iostream>
#include <memory>

#include "app/config/settings.h"
#include "cli/words/completion.h"

namespace trivet::cli {
namespace {

constexpr const char* about =
    "Trivet: one schema file, served as an API from an embedded database.\n\n"
    "  trivet init shop && cd shop && trivet dev";

// Holds what CLI11 writes into while it parses, and says what the words meant.
struct Parser {
  CLI::App root{about, "trivet"};
  std::function<Command()> chosen;
  std::vector<std::unique_ptr<Command>> commands;  // addresses that CLI11's bindings point at

  template <class Arguments>
  Arguments& add(CLI::App* word) {
    commands.push_back(std::make_unique<Command>(Arguments{}));
    Command* command = commands.back().get();
    word->callback([this, command, word] {
      // A word with words of its own is called back after them.
      if (word->get_subcommands().empty()) chosen = [command] { return *command; };
    });
    return std::get<Arguments>(*command);
  }
};

void add_switch(CLI::App* word, const std::string& name, Switch& value, const std::string& help) {
  word->add_flag_callback(
      name, [&value] { value = Switch::on; }, help);
}

void add_json(CLI::App* word, Output& output) {
  word->add_flag_callback(
      "--json", [&output] { output = Output::json; }, "Print JSON, for scripts");
}

void add_override(Common& common, const std::string& pair) {
  const size_t equals = pair.find('=');
  if (equals == pair.npos)
    throw CLI::ValidationError("--set", "takes NAME=VALUE, as in rest.max_rows=500");
  common.overrides.push_back({pair.substr(0, equals), pair.substr(equals + 1), "--set"});
}

enum class FolderWord : uint8_t { positional, option };

void add_common(CLI::App* word, Common& common, FolderWord folder = FolderWord::positional) {
  if (folder == FolderWord::positional)
    word->add_option("DIR", common.folder, "The project's folder")->default_str(".");
  word->add_option("-C,--project", common.folder, "The project's folder")->type_name("DIR");
  word->add_option_function<std::vector<std::string>>(
          "--set",
          [&common](const std::vector<std::string>& pairs) {
            for (const std::string& pair : pairs) add_override(common, pair);
          },
          "Any setting: NAME=VALUE (repeatable)")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
}

// Settings that have a flag of their own.
void add_setting_flags(CLI::App* word, Common& common) {
  for (const app::Setting& setting : app::settings()) {
    if (setting.flag.empty()) continue;
    const std::string flag(setting.flag);
    word->add_option_function<std::vector<std::string>>(
            flag,
            [&common, &setting, flag](const std::vector<std::string>& values) {
              common.overrides.push_back(
                  {std::string(setting.name), CLI::detail::join(values, ","), flag});
            },
            std::string(setting.doc))
        ->type_name("VALUE")
        ->allow_extra_args(false);
  }
}

void add_database_flag(CLI::App* word, Common& common) {
  word->add_option_function<std::string>(
      "--database-url",
      [&common](const std::string& value) {
        common.overrides.push_back({"database.url", value, "--database-url"});
      },
      "file:PATH of the database");
}

void describe_servers(Parser& parser) {
  CLI::App* dev =
      parser.root.add_subcommand("dev", "Serve on this machine, following changes of the schema");
  auto& dev_arguments = parser.add<DevArguments>(dev);
  add_common(dev, dev_arguments.common);
  add_setting_flags(dev, dev_arguments.common);
  dev->add_option("--port-file", dev_arguments.port_file, "Write the port that was bound there");
  dev->footer("Examples:\n  trivet dev\n  trivet dev shop --listen 127.0.0.1:3000");

  CLI::App* serve =
      parser.root.add_subcommand("serve", "Serve in production; refuses what is unsafe");
  auto& arguments = parser.add<ServeArguments>(serve);
  add_common(serve, arguments.common);
  add_setting_flags(serve, arguments.common);
  serve->add_option("--port-file", arguments.port_file, "Write the port that was bound there");
  add_switch(serve, "--print-config", arguments.print_config,
             "Print every setting and where it came from, and exit");
  add_json(serve, arguments.common.output);
  serve->footer(
      "Examples:\n  trivet serve --listen 0.0.0.0:8080 --admin-listen 127.0.0.1:9464\n"
      "  trivet serve --listen unix:/run/trivet.sock --print-config\n\n"
      "SIGTERM drains and stops, SIGHUP reads the schema again.");
}

void describe_schema(Parser& parser) {
  CLI::App* init = parser.root.add_subcommand("init", "Make a project that runs");
  init->add_option("NAME", parser.add<InitArguments>(init).name, "Folder to make")->required();
  init->footer("Example:\n  trivet init shop && cd shop && trivet dev");

  CLI::App* validate =
      parser.root.add_subcommand("validate", "Check the schema and the configuration");
  auto& check = parser.add<ValidateArguments>(validate);
  add_common(validate, check.common);
  add_json(validate, check.common.output);
  validate->footer("Examples:\n  trivet validate\n  trivet validate shop --json");

  CLI::App* format = parser.root.add_subcommand("format", "Lay out schema files");
  auto& arguments = parser.add<FormatArguments>(format);
  format->add_option("FILE", arguments.files, "Files; - is standard input; none = the project's");
  add_switch(format, "--check", arguments.check, "Change nothing; exit 1 if a file would change");
  format->footer(
      "Examples:\n  trivet format\n  trivet format --check schema.zmodel\n  trivet format - < "
      "a.zmodel");
}

void describe_move(Parser& parser, CLI::App* db) {
  CLI::App* move = db->add_subcommand("move", "Copy the data into another database, while it is in use");
  auto& arguments = parser.add<DbMoveArguments>(move);
  move->add_option("SOURCE", arguments.source, "file:PATH or postgresql://…; is only read")->required();
  move->add_option("TARGET", arguments.target, "The same; empty, or what a broken-off move left")->required();
  add_common(move, arguments.common, FolderWord::option);
  add_switch(move, "--dry-run", arguments.dry_run, "Say what the target can't keep, and do nothing");
  add_switch(move, "--round-times", arguments.round_times, "Round times that the target keeps in milliseconds");
  add_switch(move, "--again", arguments.again, "Once more after a finished move: the target becomes the source again");
  add_switch(move, "--quiet", arguments.quiet, "No progress bar");
  add_json(move, arguments.common.output);
  move->footer(
      "It ends when a pass over all tables finds no difference. Broken off, the same words go on.\n"
      "Example:\n  trivet db move file:data.db postgresql://shop@db.internal/shop");
}

void describe_database(Parser& parser) {
  CLI::App* db = parser.root.add_subcommand("db", "The database");
  db->require_subcommand(1);
  CLI::App* push = db->add_subcommand("push", "Make the database match the schema");
  auto& arguments = parser.add<DbPushArguments>(push);
  add_common(push, arguments.common);
  add_database_flag(push, arguments.common);
  add_switch(push, "--accept-data-loss", arguments.accept_data_loss, "Do it although data is lost");
  add_switch(push, "--dry-run", arguments.dry_run, "Say what would be done, and do nothing");
  add_json(push, arguments.common.output);
  push->footer(
      "Examples:\n  trivet db push\n  trivet db push --dry-run\n  trivet db push "
      "--accept-data-loss");

  CLI::App* pull = db->add_subcommand("pull", "Write the schema from an existing database");
  auto& source = parser.add<DbPullArguments>(pull);
  pull->add_option("URL", source.url, "file:PATH or postgresql://…; none = the project's");
  add_common(pull, source.common, FolderWord::option);
  pull->add_option("--from", source.from, "The framework that made it, whose conventions new models follow")
      ->check(CLI::IsMember({"django", "rails", "aspnet", "laravel"}));
  pull->add_option("--schema", source.schemas, "PostgreSQL: the database's schemas to read, with commas: public,audit");
  add_switch(pull, "--print", source.print, "Print the schema, and write nothing");
  add_switch(pull, "--force", source.force, "Write it anew: rules and edits of the present one are lost");
  add_json(pull, source.common.output);
  pull->footer(
      "A schema that is there is brought up to date: names, rules, comments and order stay.\n"
      "Examples:\n  trivet db pull file:app.sqlite3\n  trivet db pull --print");

  describe_move(parser, db);
  CLI::App* rekey =
      db->add_subcommand("rekey", "Encrypt the database, change its key, or decrypt it");
  auto& keys = parser.add<DbRekeyArguments>(rekey);
  add_common(rekey, keys.common);
  add_database_flag(rekey, keys.common);
  rekey->add_option("--new-key-file", keys.new_key_file,
                    "File with the new key; - is standard input");
  add_switch(rekey, "--decrypt", keys.decrypt, "Take the key away");
  rekey->footer(
      "The old key is database.key (TRIVET_DATABASE_KEY), the new one TRIVET_DATABASE_NEW_KEY or a "
      "file.\n"
      "Example:\n  TRIVET_DATABASE_NEW_KEY=… trivet db rekey");
}

void add_wait(CLI::App* word, uint32_t& seconds) {
  word->add_option("--wait", seconds, "Seconds to wait for another process that migrates")
      ->check(CLI::Range(0, 86'400))
      ->capture_default_str();
}

void add_renames(CLI::App* word, std::vector<std::string>& renames,
                 std::vector<std::string>& drops) {
  word->add_option("--rename", renames, "What has a new name: Model.old=new, or Old=New (repeatable)")
      ->type_name("OLD=NEW")
      ->allow_extra_args(false);
  word->add_option("--drop", drops, "What goes and is not renamed: Model.old, or Old (repeatable)")
      ->type_name("OLD")
      ->allow_extra_args(false);
}

// What every word of migrate takes.
template <class Arguments>
Arguments& add_migrate_word(Parser& parser, CLI::App* word) {
  Arguments& arguments = parser.add<Arguments>(word);
  add_common(word, arguments.common);
  add_database_flag(word, arguments.common);
  add_json(word, arguments.common.output);
  return arguments;
}

void describe_migrate_dev(Parser& parser, CLI::App* migrate) {
  CLI::App* dev = migrate->add_subcommand(
      "dev", "While developing: write the schema's changes as a migration, and apply it");
  auto& dev_arguments = add_migrate_word<MigrateDevArguments>(parser, dev);
  dev->add_option("--name", dev_arguments.name, "Words for its name; else from the changes");
  add_renames(dev, dev_arguments.renames, dev_arguments.drops);
  add_switch(dev, "--create-only", dev_arguments.create_only, "Write it and don't apply it");
  add_switch(dev, "--baseline", dev_arguments.baseline,
             "Begin the history of a database that has tables already");
  add_switch(dev, "--accept-data-loss", dev_arguments.accept_data_loss,
             "Do it although data is lost, and mark it so that deploy does");
  add_switch(dev, "--accept-breaking", dev_arguments.accept_breaking,
             "Mark it so that deploy breaks a version that still runs");
  add_wait(dev, dev_arguments.wait);
  dev->footer(
      "Examples:\n  trivet migrate dev --name add_author\n  trivet migrate dev --rename "
      "Post.title=headline");

  CLI::App* deploy = migrate->add_subcommand("deploy", "In production: apply what is pending");
  auto& arguments = add_migrate_word<MigrateDeployArguments>(parser, deploy);
  add_switch(deploy, "--accept-data-loss", arguments.accept_data_loss,
             "Do it although data is lost");
  add_switch(deploy, "--accept-breaking", arguments.accept_breaking,
             "Do it although a version that still runs may break");
  add_wait(deploy, arguments.wait);
  deploy->footer("Example:\n  trivet migrate deploy && trivet serve");
}

void describe_migrate_looks(Parser& parser, CLI::App* migrate) {
  CLI::App* diff = migrate->add_subcommand("diff", "Print what differs between two layouts");
  auto& diff_arguments = add_migrate_word<MigrateDiffArguments>(parser, diff);
  const std::string sides =
      "empty, schema, migrations, database, file:PATH, a url, or the path of a schema or of migrations";
  diff->add_option("--from", diff_arguments.from, sides)->capture_default_str();
  diff->add_option("--to", diff_arguments.to, "The same")->capture_default_str();
  add_renames(diff, diff_arguments.renames, diff_arguments.drops);
  add_switch(diff, "--sql,--script", diff_arguments.sql, "Print SQL");
  add_switch(diff, "--exit-code", diff_arguments.exit_code, "Exit with 2 if there is a difference");
  diff->add_option("-o,--output", diff_arguments.file, "File; - is standard output");
  diff->footer(
      "Examples:\n  trivet migrate diff\n  trivet migrate diff --from migrations --to database "
      "--exit-code\n  trivet migrate diff --from empty --to schema --sql -o all.sql");

  CLI::App* status = migrate->add_subcommand("status", "Say what is applied, pending or wrong");
  add_migrate_word<MigrateStatusArguments>(parser, status);
  status->footer("Exits with 1 unless all is applied and agrees.\nExample:\n  trivet migrate status");
}

void describe_migrate(Parser& parser) {
  CLI::App* migrate =
      parser.root.add_subcommand("migrate", "Change the database by a history of SQL files");
  migrate->require_subcommand(1);
  describe_migrate_dev(parser, migrate);
  describe_migrate_looks(parser, migrate);

  CLI::App* resolve = migrate->add_subcommand("resolve", "Record what became of a migration by hand");
  auto& resolve_arguments = add_migrate_word<MigrateResolveArguments>(parser, resolve);
  CLI::Option* applied =
      resolve->add_option("--applied", resolve_arguments.applied, "All of it is there");
  applied->type_name("NAME");
  resolve->add_option("--rolled-back", resolve_arguments.rolled_back, "Nothing of it is there")
      ->type_name("NAME")
      ->excludes(applied);
  add_wait(resolve, resolve_arguments.wait);
  resolve->footer("Example:\n  trivet migrate resolve --applied 0_init");

  CLI::App* rollback = migrate->add_subcommand("rollback", "Take back the last migration");
  auto& arguments = add_migrate_word<MigrateRollbackArguments>(parser, rollback);
  rollback->add_option("--to", arguments.to, "Take back all after this one")->type_name("NAME");
  add_switch(rollback, "--accept-data-loss", arguments.accept_data_loss,
             "Do it although data is lost");
  add_wait(rollback, arguments.wait);
  rollback->footer(
      "Runs its down.sql.\nExamples:\n  trivet migrate rollback\n  trivet migrate rollback --to "
      "20240131120000_add_author");
}

void describe_data(Parser& parser) {
  CLI::App* in = parser.root.add_subcommand("import", "Read rows from a JSON, NDJSON or CSV file");
  auto& import = parser.add<ImportArguments>(in);
  in->add_option("MODEL", import.model, "Model or table")->required();
  in->add_option("FILE", import.file, "File; - is standard input")->required();
  add_common(in, import.common, FolderWord::option);
  add_database_flag(in, import.common);
  in->add_option("--format", import.format, "json, ndjson or csv; else by the file's name");
  add_switch(in, "--skip-bad", import.skip_bad, "Report bad rows and go on");
  add_switch(in, "--upsert", import.upsert, "Rows whose key exists replace what is there");
  in->add_option("--batch", import.batch, "Rows written together")->check(CLI::Range(1, 100'000));
  add_switch(in, "--quiet", import.quiet, "No progress bar; the summary stays");
  add_json(in, import.common.output);
  in->footer(
      "A row may hold objects in relation fields: exactly a unique key connects, anything else "
      "creates.\n"
      "Examples:\n  trivet import City cities.ndjson\n  xz -dc big.csv.xz | trivet import City - "
      "--format csv");

  CLI::App* out = parser.root.add_subcommand("export", "Write the rows of a model to a file");
  auto& export_ = parser.add<ExportArguments>(out);
  out->add_option("MODEL", export_.model, "Model or table")->required();
  out->add_option("FILE", export_.file, "File; - is standard output")->required();
  add_common(out, export_.common, FolderWord::option);
  add_database_flag(out, export_.common);
  out->add_option("--format", export_.format, "json, ndjson or csv; else by the file's name");
  add_switch(out, "--quiet", export_.quiet, "No progress bar and no summary");
  out->footer(
      "Examples:\n  trivet export City cities.csv\n  trivet export City - --format ndjson | wc -l");
}

void describe_stored_keys(Parser& parser, CLI::App* keys) {
  CLI::App* rotate = keys->add_subcommand("rotate", "Sign access tokens with a new key");
  auto& rotation = parser.add<KeysRotateArguments>(rotate);
  add_common(rotate, rotation.common, FolderWord::option);
  rotate->add_option("--algorithm", rotation.algorithm, "ES256, RS256 or EdDSA")
      ->check(CLI::IsMember({"ES256", "RS256", "EdDSA"}))
      ->capture_default_str();
  add_switch(rotate, "--now", rotation.now, "In a few seconds, and not after 20 minutes in which caches have learnt of it");
  add_switch(rotate, "--anew", rotation.anew, "Drop keys that belong to another secret");
  add_json(rotate, rotation.common.output);
  rotate->footer("The old key verifies for seven days more; `trivet keys revoke ID` ends that.");

  CLI::App* list = keys->add_subcommand("list", "List signing keys and API keys");
  auto& listing = parser.add<KeysListArguments>(list);
  add_common(list, listing.common, FolderWord::option);
  add_json(list, listing.common.output);

  CLI::App* create = keys->add_subcommand("create", "Make an API key, and print it this once");
  auto& wanted = parser.add<KeysCreateArguments>(create);
  create->add_option("NAME", wanted.name, "What it is for")->required();
  add_common(create, wanted.common, FolderWord::option);
  add_switch(create, "--publishable", wanted.publishable, "One that may be shown to anyone: role anon");
  create->add_option("--role", wanted.role, "auth().role for rules; else service_role, which bypasses them");
  create->add_option("--scope", wanted.scopes, "Where it may be used: rest, rpc, auth; with :read, :write (repeatable)")
      ->allow_extra_args(false);
  create->add_option("--expires", wanted.expires, "After this time: 90d, 12h");
  add_json(create, wanted.common.output);
  create->footer("Examples:\n  trivet keys create nightly-report --role reporter --scope rest:read --expires 90d");

  CLI::App* revoke = keys->add_subcommand("revoke", "Refuse a key from now on");
  auto& revoked = parser.add<KeysRevokeArguments>(revoke);
  revoke->add_option("NAME", revoked.name, "Of an API key, or the id of a signing key")->required();
  add_common(revoke, revoked.common, FolderWord::option);
}

void describe_keys(Parser& parser) {
  CLI::App* keys = parser.root.add_subcommand("keys", "Print the project's keys; make the secret if there is none");
  auto& key_arguments = parser.add<KeysArguments>(keys);
  add_common(keys, key_arguments.common);
  add_switch(keys, "--rotate", key_arguments.rotate,
             "Make a new secret: every key and token is revoked");
  add_json(keys, key_arguments.common.output);
  keys->footer("Example:\n  trivet keys --json");
  describe_stored_keys(parser, keys);
}

void describe_users(Parser& parser) {
  CLI::App* users = parser.root.add_subcommand("users", "The users of /auth/v1");
  users->require_subcommand(1);
  CLI::App* word = users->add_subcommand("import", "Read users of another system, with their password hashes");
  auto& arguments = parser.add<UsersImportArguments>(word);
  word->add_option("FILE", arguments.file, "CSV, JSON or NDJSON; - is standard input")->required();
  add_common(word, arguments.common, FolderWord::option);
  add_database_flag(word, arguments.common);
  word->add_option("--from", arguments.from, "Whose table it is; else columns of our own names")
      ->check(CLI::IsMember({"django", "rails", "aspnet", "firebase", "supabase"}));
  word->add_option("--format", arguments.format, "json, ndjson or csv; else by the file's name");
  word->add_option("--hash-config", arguments.hash_config, "File with Firebase's password hash parameters");
  add_switch(word, "--confirmed", arguments.confirmed, "Every address counts as confirmed");
  add_switch(word, "--dry-run", arguments.dry_run, "Look at everything, and write nothing");
  add_switch(word, "--skip-bad", arguments.skip_bad, "Report bad rows and go on");
  add_switch(word, "--skip-known", arguments.skip_known, "Leave out users who are there already");
  add_switch(word, "--quiet", arguments.quiet, "No progress bar; the summary stays");
  add_json(word, arguments.common.output);
  word->footer("Example:\n  trivet users import users.csv --from django --dry-run");
}

void describe_rest(Parser& parser) {
  describe_keys(parser);
  describe_users(parser);

  CLI::App* openapi = parser.root.add_subcommand("openapi", "Print the OpenAPI 3.1 description");
  auto& api = parser.add<OpenapiArguments>(openapi);
  add_common(openapi, api.common);
  openapi->add_option("-o,--output", api.file, "File; - is standard output");
  openapi->footer("Example:\n  trivet openapi -o openapi.json");

  CLI::App* doctor =
      parser.root.add_subcommand("doctor", "Look for what is wrong with this project or machine");
  auto& health = parser.add<DoctorArguments>(doctor);
  add_common(doctor, health.common);
  add_json(doctor, health.common.output);
  doctor->footer("Example:\n  trivet doctor shop");

  CLI::App* version = parser.root.add_subcommand("version", "Print the version");
  add_json(version, parser.add<VersionArguments>(version).output);
  version->footer("Example:\n  trivet version --json");
}

void describe_rules(Parser& parser) {
  CLI::App* rules = parser.root.add_subcommand("rules", "Say who may do what, in plain words");
  auto& arguments = parser.add<RulesArguments>(rules);
  add_common(rules, arguments.common);
  rules->add_option("--explain", arguments.explain, "A request: what the rules make of it, and its SQL")
      ->type_name("REQUEST");
  rules->add_option("--as", arguments.as, "Whose it is: anon, service, claims as JSON, or a token")
      ->type_name("WHO");
  rules->add_option("--data", arguments.data, "Its body")->type_name("JSON");
  add_json(rules, arguments.common.output);
  rules->footer(
      "Examples:\n  trivet rules\n  trivet rules --explain 'GET /rest/v1/Post?select=title' --as "
      "'{\"id\": 1}'");
}

void describe_test(Parser& parser) {
  CLI::App* word = parser.root.add_subcommand("test", "Run the tests of the rules: *.test.toml");
  auto& arguments = parser.add<TestArguments>(word);
  add_common(word, arguments.common);
  word->add_option("--store", arguments.store, "memory or database; else on both")
      ->check(CLI::IsMember({"memory", "database"}));
  word->add_option("--filter", arguments.filter, "Only tests whose name has this in it")
      ->type_name("TEXT");
  word->footer(
      "On an empty database of the project's kind, made for it and removed.\n"
      "Examples:\n  trivet test\n  trivet test shop --store memory --filter draft");
}

std::vector<std::string> option_names(const CLI::App& word) {
  std::vector<std::string> names;
  for (const CLI::Option* option : word.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

void collect_words(const CLI::App& word, const std::string& path,
                   std::vector<CompletionWord>& words) {
  CompletionWord entry{path, word.get_description(), {}, option_names(word)};
  const auto below = word.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* next : below) entry.commands.push_back(next->get_name());
  words.push_back(std::move(entry));
  for (const CLI::App* next : below)
    collect_words(*next, path.empty() ? next->get_name() : path + ' ' + next->get_name(), words);
}

void describe_config(Parser& parser) {
  CLI::App* config = parser.root.add_subcommand("config", "Take over the settings of others");
  config->require_subcommand(1);
  CLI::App* word = config->add_subcommand("from-postgrest", "Print a trivet.toml of PostgREST's settings");
  auto& arguments = parser.add<ConfigFromPostgrestArguments>(word);
  word->add_option("FILE", arguments.file, "postgrest.conf, or PGRST_… variables; - is standard input")
      ->required();
  word->footer(
      "What has no counterpart is named, with the reason, in the text and on standard error.\n"
      "Examples:\n  trivet config from-postgrest postgrest.conf > trivet.toml\n"
      "  env | trivet config from-postgrest -");
}

void describe_completion(Parser& parser) {
  CLI::App* word =
      parser.root.add_subcommand("completion", "Print a completion script: bash, zsh or fish");
  auto& arguments = parser.add<CompletionArguments>(word);
  word->add_option_function<std::string>("SHELL",
                                         [&parser, &arguments](const std::string& shell) {
                                           std::vector<CompletionWord> words;
                                           collect_words(parser.root, {}, words);
                                           arguments.script = completion_script(shell, words);
                                         })
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  word->footer("Example:\n  eval \"$(trivet completion bash)\"");
}

}  // namespace

std::variant<Command, int> parse(int count, const char* const* words) {
  Parser parser;
  parser.root.require_subcommand(1);
  parser.root.get_formatter()->column_width(34);
  parser.root.add_flag_callback(
      "--version", [&parser] { parser.chosen = [] { return VersionArguments{}; }; },
      "Print the version");
  describe_servers(parser);
  describe_schema(parser);
  describe_rules(parser);
  describe_test(parser);
  describe_database(parser);
  describe_migrate(parser);
  describe_data(parser);
  describe_rest(parser);
  describe_config(parser);
  describe_completion(parser);
  try {
    parser.root.parse(count, words);
  } catch (const CLI::ParseError& error) {
    if (parser.chosen && parser.root.count("--version") > 0) return parser.chosen();
    const int code = std::invoke(&CLI::App::exit, parser.root, error, std::cout, std::cerr);
    return code == 0 ? exit_ok : exit_usage;
  }
  return parser.chosen();
}

}  // namespace trivet::cli
