#include "store/postgres/changes/change_log.h"

#include <fmt/format.h>

#include "store/changes/wake.h"
#include "store/postgres/layout/session.h"

namespace trivet::store::postgres {
namespace {

using Clock = std::chrono::steady_clock;

// How long nobody looks without a notice, and for how long after a change the next may have come without one (prepare.cpp).
constexpr std::chrono::milliseconds patience{250};
constexpr std::chrono::milliseconds patience_of_busy{10};
constexpr std::chrono::milliseconds busy_for{200};

class PostgresChangeLog final : public ChangeLog {
 public:
  explicit PostgresChangeLog(const PostgresOptions& options) : options_(options) {}

  [[nodiscard]] result<Changes> next(std::chrono::milliseconds wait) override {
    if (session_ == nullptr) {
      TRIVET_CHECK(connect());
    } else {
      const bool is_busy = Clock::now() - found_ < busy_for;
      wake_.wait(std::min(wait, is_busy ? patience_of_busy : patience), session_->socket());
    }
    result<Changes> changes = look();
    if (!changes) session_.reset();
    return changes;
  }

  result<void> prune() override {
    if (session_ == nullptr) return {};
    return session_->execute(
        fmt::format("DELETE FROM \"{0}\" WHERE \"id\" IN (SELECT \"id\" FROM \"{0}\" WHERE \"at\" < now() - interval '{1} minutes' "
                    "LIMIT 50000 FOR UPDATE SKIP LOCKED)",
                    changes_table, changes_kept.count()));
  }

  void interrupt() override { wake_.set(); }

 private:
  [[nodiscard]] bool listens() const { return options_.pooler != Pooler::transactions; }

  result<void> connect() {
    TRIVET_TRY(session_, Session::open(options_));
    if (!listens()) return {};
    result<void> listening = session_->execute(fmt::format("LISTEN \"{}\"", changes_table));
    if (!listening) session_.reset();
    return listening;
  }

  result<Changes> look() {
    TRIVET_CHECK(session_->drop_notices());
    const bool is_first = snapshot_.empty();
    const auto now = Clock::now();
    // The snapshot is that of the statement, which is why a change is told once.
    const std::string text =
        is_first ? "SELECT pg_current_snapshot()::text"
                 : fmt::format("SELECT pg_current_snapshot()::text, c.\"id\", c.\"table\", c.\"kind\", c.\"key\", c.\"old\" "
                               "FROM (VALUES ($1::pg_snapshot)) AS was(s) LEFT JOIN \"{}\" c "
                               "ON c.\"tx\" >= pg_snapshot_xmin('{}'::pg_snapshot) AND NOT pg_visible_in_snapshot(c.\"tx\", was.s) "
                               "ORDER BY c.\"id\" LIMIT {}",
                               changes_table, snapshot_, changes_max + 1);
    const std::vector<std::string> values = is_first ? std::vector<std::string>() : std::vector{snapshot_};
    TRIVET_TRY(const std::vector<TextRow> rows, session_->query(text, values));
    snapshot_ = rows.at(0).at(0);
    Changes changes;
    changes.missed = !is_first && (now - looked_ > changes_kept || rows.size() > changes_max);
    looked_ = now;
    if (is_first || changes.missed) return changes;
    for (const TextRow& row : rows) {
      if (row[1].empty()) continue;
      changes.list.push_back({std::stoll(row[1]), row[2], change_kind(row[3]), row[4], row[5]});
    }
    if (!changes.list.empty()) found_ = now;
    return changes;
  }

  const PostgresOptions options_;
  Wake wake_;
  std::unique_ptr<Session> session_;
  std::string snapshot_;  // at the last look
  Clock::time_point looked_;
  Clock::time_point found_;  // the last change
};

}  // namespace

std::unique_ptr<ChangeLog> open_change_log(const PostgresOptions& options) {
  return std::make_unique<PostgresChangeLog>(options);
}

}  // namespace trivet::store::postgres
