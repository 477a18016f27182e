#include "store/migration.h"

namespace trivet::store {

result<void> check_losses(const Migration& migration, DataLoss data_loss) {
  std::string details;
  bool impossible = false;
  for (const Loss& loss : migration.losses) {
    if (data_loss == DataLoss::accept && !loss.is_impossible()) continue;
    impossible = impossible || loss.is_impossible();
    details += (details.empty() ? "" : "\n") + loss.text;
  }
  if (details.empty()) return {};
  if (impossible)
    return fail(ErrorCode::would_lose_data,
                "the migration can't be applied to the data that is there", details);
  return fail(ErrorCode::would_lose_data, "the migration would lose data", details,
              "run it with --accept-data-loss if that is meant");
}

}  // namespace trivet::store
