#include "store/mysql/changes/change_log.h"

#include <fmt/format.h>

#include "store/changes/wake.h"
#include "store/mysql/changes/unseen.h"
#include "store/mysql/layout/session.h"

namespace trivet::store::mysql {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds look_every{100};
// How far back transactions may be that are under way when the log is opened.
constexpr int64_t numbers_back = 1000;

class MysqlChangeLog final : public ChangeLog {
 public:
  explicit MysqlChangeLog(const MysqlOptions& options) : options_(options) {}

  [[nodiscard]] result<Changes> next(std::chrono::milliseconds wait) override {
    if (session_ != nullptr) {
      wake_.wait(std::min(wait, look_every));
    } else {
      TRIVET_TRY(session_, Session::open(options_));
    }
    result<Changes> changes = has_begun_ ? look() : begin();
    if (!changes) session_.reset();
    return changes;
  }

  result<void> prune() override {
    if (session_ == nullptr) return {};
    return session_->execute(fmt::format(
        "DELETE FROM `{}` WHERE `at` < UTC_TIMESTAMP(6) - INTERVAL {} MINUTE LIMIT 50000",
        changes_table, changes_kept.count()));
  }

  void interrupt() override { wake_.set(); }

 private:
  result<Changes> begin() {
    TRIVET_TRY(const int64_t last, session_->query_integer(fmt::format(
                                       "SELECT coalesce(max(`id`), 0) FROM `{}`", changes_table)));
    unseen_.begin_at(std::max<int64_t>(0, last - numbers_back));
    TRIVET_TRY(const Changes seen, look());
    (void)seen;
    has_begun_ = true;
    return Changes{};
  }

  result<Changes> look() {
    const auto now = Clock::now();
    TRIVET_TRY(const std::vector<TextRow> rows,
               session_->query(fmt::format(
                   "SELECT `id`, `table`, `kind`, `key`, `old` FROM `{}` WHERE {} ORDER BY `id` LIMIT {}",
                   changes_table, unseen_.condition("`id`"), changes_max)));
    Changes changes;
    changes.missed = has_begun_ && now - looked_ > changes_kept;
    looked_ = now;
    std::vector<int64_t> ids;
    for (const TextRow& row : rows) {
      ids.push_back(std::stoll(row[0]));
      changes.list.push_back({ids.back(), row[1], change_kind(row[2]), row[3], row[4]});
    }
    unseen_.saw(ids, now, changes_kept);
    return changes;
  }

  const MysqlOptions options_;
  Wake wake_;
  std::unique_ptr<Session> session_;
  Unseen unseen_;
  bool has_begun_ = false;
  Clock::time_point looked_;
};

}  // namespace

std::unique_ptr<ChangeLog> open_change_log(const MysqlOptions& options) {
  return std::make_unique<MysqlChangeLog>(options);
}

}  // namespace trivet::store::mysql
