#include "app/accounts/user_import.h"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_set>
#include <vector>

#include "app/move/crew.h"
#include "auth/accounts/accounts.h"
#include "net/run_task.h"

namespace trivet::app {
namespace {

using Effect = UserImportOptions::Effect;
using OnBad = UserImportOptions::OnBad;
using OnKnown = UserImportOptions::OnKnown;

// What waits for the same commit: one disk flush for all of them.
constexpr unsigned writers = 16;
constexpr size_t batch_users = 512;
constexpr auto time_allowed = std::chrono::seconds(60);

// One user on the way.
struct Passage {
  uint64_t line = 0;
  std::optional<auth::ImportedUser> user;  // none: the row is bad
  std::string why;                         // it is bad
  bool is_known = false;
};

// The accounts without a server around them.
struct Desk {
  explicit Desk(OfflineAccounts& given)
      : accounts({given.engine(), given.environment(), passwords, limiter, nullptr, templates,
                  given.keys().secret,
                  std::make_shared<const auth::KeyRing>(auth::KeyRing::derived(given.keys().secret))},
                 auth::AccountOptions()) {}

  SystemRandom random;
  auth::PasswordHasher passwords{{}, random};
  auth::Limiter limiter;
  const auth::MailTemplates templates;
  auth::Accounts accounts;
};

class Importer {
 public:
  Importer(OfflineAccounts& accounts, data::RowReader& reader, const UserImportOptions& options)
      : desk_(accounts), reader_(reader), options_(options) {}

  result<UserImportSummary> run() {
    bool is_end = false;
    while (!is_end && !summary_.stopped) {
      TRIVET_TRY(is_end, read_batch());
      // Rows behind a bad one stay out.
      if (options_.on_bad == OnBad::stop) {
        const auto bad = std::ranges::find_if(batch_, [](const Passage& one) { return !one.user; });
        if (bad != batch_.end()) batch_.erase(bad + 1, batch_.end());
      }
      TRIVET_CHECK(write_batch());
      take_stock();
    }
    return summary_;
  }

 private:
  result<bool> read_batch() {
    batch_.clear();
    while (batch_.size() < batch_users) {
      TRIVET_TRY(const data::ReadStep step, reader_.next());
      if (step == data::ReadStep::end) return true;
      if (step == data::ReadStep::bad_row)
        add_bad(reader_.bad_row().message);
      else if (const auto inner = users_member())
        for (JsonValue element : inner->elements()) add(element);
      else
        add(auth::SourceRow(reader_));
    }
    return false;
  }

  // Firebase's file: one object whose member `users` holds all.
  [[nodiscard]] std::optional<JsonValue> users_member() const {
    if (options_.mapping.source != auth::UserSource::firebase) return std::nullopt;
    for (size_t i = 0; i < reader_.names().size(); ++i) {
      const data::Cell& cell = reader_.cells()[i];
      if (reader_.names()[i] == "users" && cell.kind == data::CellKind::json &&
          cell.json.kind() == JsonKind::array)
        return cell.json;
    }
    return std::nullopt;
  }

  void add(JsonValue element) {
    if (element.kind() == JsonKind::object)
      add(auth::SourceRow(element));
    else
      add_bad("this is no user");
  }

  void add(const auth::SourceRow& row) {
    auto mapped = auth::map_user(row, options_.mapping);
    if (!mapped) return add_bad(mapped.error().message);
    if (!*mapped) {
      ++summary_.left_out;
      return;
    }
    if (!seen_.insert((*mapped)->id).second) return add_bad("the file has this id twice");
    batch_.push_back({reader_.line(), **std::move(mapped), {}});
  }

  void add_bad(std::string why) { batch_.push_back({reader_.line(), std::nullopt, std::move(why)}); }

  result<void> write_batch() {
    Crew crew(writers);
    for (Passage& one : batch_)
      if (one.user) TRIVET_CHECK(crew.put([this, &one] { return write(one); }));
    return crew.wait();
  }

  // On a thread of the crew. A boxed answer: what ends on another thread has to be made before it is known.
  static task<std::optional<auth::answer<auth::Accounts::Import>>> ask(
      auth::Accounts& accounts, auth::ImportedUser user, auth::Accounts::Import::How how) {
    auth::Client client;
    client.deadline = std::chrono::steady_clock::now() + time_allowed;
    auto answer = co_await accounts.import_user(std::move(user), how, client);
    co_return std::optional(std::move(answer));
  }

  result<void> write(Passage& one) {
    using How = auth::Accounts::Import::How;
    const How how = options_.effect == Effect::write ? How::write : How::look;
    const auto done = net::run_task(ask(desk_.accounts, *one.user, how));
    if (*done) {
      one.is_known = !(*done)->is_new;
      return {};
    }
    const auth::Refusal& refusal = done->error();
    if (refusal.status >= 500)
      return fail(ErrorCode::connection_failed,
                  refusal.log_text.empty() ? refusal.message : refusal.log_text);
    one.why = refusal.message;
    return {};
  }

  void take_stock() {
    for (const Passage& one : batch_) {
      ++rows_;
      if (one.is_known && options_.on_known == OnKnown::skip)
        ++summary_.known;
      else if (one.is_known)
        tell_bad({one.line, one.user->email + " is there already"});
      else if (!one.why.empty())
        tell_bad({one.line, one.why});
      else
        count(*one.user);
    }
    if (options_.progress) options_.progress(rows_, reader_.bytes_read());
  }

  void tell_bad(const BadUser& bad) {
    ++summary_.bad;
    if (options_.on_bad == OnBad::stop) summary_.stopped = true;
    if (options_.bad) options_.bad(bad);
  }

  void count(const auth::ImportedUser& user) {
    ++summary_.users;
    if (user.email_confirmed_at == 0) ++summary_.unconfirmed;
    if (user.password_hash.empty()) ++summary_.without_password;
  }

  Desk desk_;
  data::RowReader& reader_;
  const UserImportOptions& options_;
  UserImportSummary summary_;
  std::vector<Passage> batch_;
  std::unordered_set<std::string> seen_;  // ids
  uint64_t rows_ = 0;
};

}  // namespace

result<UserImportSummary> import_users(OfflineAccounts& accounts, data::RowReader& reader,
                                       const UserImportOptions& options) {
  return Importer(accounts, reader, options).run();
}

}  // namespace trivet::app
