#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "app/accounts/user_import.h"
#include "cli/commands.h"
#include "cli/file_format.h"
#include "cli/progress.h"
#include "cli/terminal.h"
#include "value/json_builder.h"

namespace trivet::cli {
namespace {

// Firebase's file is one JSON object.
constexpr size_t row_bytes_max = size_t{1} << 30;

result<auth::FirebaseHash> read_hash_config(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return fail(ErrorCode::file_error, path + ": can't be read");
  return auth::parse_firebase_hash(std::string(std::istreambuf_iterator<char>(stream), {}));
}

result<app::UserImportOptions> options_of(const UsersImportArguments& arguments) {
  app::UserImportOptions options;
  options.mapping.source =
      auth::parse_user_source(arguments.from.empty() ? "plain" : arguments.from).value();
  if (arguments.confirmed == Switch::on) options.mapping.confirmation = auth::Confirmation::all;
  if (!arguments.hash_config.empty()) {
    TRIVET_TRY(options.mapping.firebase, read_hash_config(arguments.hash_config));
  }
  options.mapping.now_us = SystemClock().now_us();
  if (arguments.dry_run == Switch::on) options.effect = app::UserImportOptions::Effect::look;
  if (arguments.skip_bad == Switch::on) options.on_bad = app::UserImportOptions::OnBad::skip;
  if (arguments.skip_known == Switch::on) options.on_known = app::UserImportOptions::OnKnown::skip;
  return options;
}

void print_json(const UsersImportArguments& arguments, const app::UserImportSummary& summary) {
  JsonBuilder json;
  json.open_object().member("users", summary.users).member("known", summary.known);
  json.member("left_out", summary.left_out).member("bad", summary.bad);
  json.member("unconfirmed", summary.unconfirmed);
  json.member("without_password", summary.without_password);
  json.member("stopped", summary.stopped);
  json.member("dry_run", arguments.dry_run == Switch::on);
  print(json.close().take() + "\n");
}

void print_text(const UsersImportArguments& arguments, const app::UserImportSummary& summary,
                double seconds) {
  print(fmt::format("{} users {} in {:.2f} s", grouped(summary.users),
                    arguments.dry_run == Switch::on ? "would be imported" : "imported", seconds));
  const auto add = [](uint64_t count, std::string_view what) {
    if (count > 0) print(fmt::format(", {} {}", grouped(count), what));
  };
  add(summary.known, "there already");
  add(summary.left_out, "left out");
  add(summary.bad, summary.stopped ? "bad row: stopped there" : "bad rows left out");
  print("\n");
  if (summary.unconfirmed > 0)
    print_note(fmt::format("{} of them have to confirm their addresses before they can sign in; --confirmed counts all as "
                           "theirs\n",
                           grouped(summary.unconfirmed)));
  if (summary.without_password > 0)
    print_note(fmt::format("{} of them have no password: they come in by a link\n",
                           grouped(summary.without_password)));
}

}  // namespace

int run(const UsersImportArguments& arguments) {
  const auto format = file_format(arguments.format, arguments.file);
  if (!format) {
    report(format.error());
    return exit_usage;
  }
  auto options = options_of(arguments);
  if (!options) return report(options.error());
  const auto environment = app::process_environment();
  const auto loaded =
      app::load_config({arguments.common.folder, environment, arguments.common.overrides});
  if (!loaded) return report(loaded.error());
  const auto accounts = app::OfflineAccounts::open(*loaded, environment);
  if (!accounts) return report(accounts.error());
  auto source = data::open_source(arguments.file);
  if (!source) return report(source.error());
  Progress progress("users", (*source)->size(), arguments.quiet);
  options->progress = [&](uint64_t rows, uint64_t bytes) { progress.update(rows, bytes); };
  options->bad = [&](const app::BadUser& bad) {
    progress.clear();
    print_note(fmt::format("{}:{}: {}\n", arguments.file, bad.line, bad.why));
  };
  data::RowReaderOptions reading;
  reading.row_bytes_max = row_bytes_max;
  const auto reader = data::make_row_reader(*std::move(source), *format, reading);
  const auto summary = app::import_users(**accounts, *reader, *options);
  progress.clear();
  if (!summary) return report(summary.error());
  if (arguments.common.output == Output::json)
    print_json(arguments, *summary);
  else
    print_text(arguments, *summary, progress.seconds());
  return summary->stopped ? exit_failure : exit_ok;
}

}  // namespace trivet::cli
