#include "app/move/journal.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace trivet::app {
namespace fs = std::filesystem;

Journal::Journal(const std::string& folder, std::string source, std::string target)
    : path_((fs::path(folder) / ".trivet" / "move").string()),
      source_(std::move(source)),
      target_(std::move(target)) {}

std::string Journal::text(MoveState state) const {
  return fmt::format("source {}\ntarget {}\nstate {}\n", source_, target_,
                     state == MoveState::started ? "started" : "finished");
}

std::optional<MoveState> Journal::read() const {
  std::ifstream file(path_);
  const std::string found((std::istreambuf_iterator<char>(file)), {});
  for (const MoveState state : {MoveState::started, MoveState::finished})
    if (found == text(state)) return state;
  return std::nullopt;
}

// Written beside and renamed, so that it is whole or the old one.
result<void> Journal::write(MoveState state) const {
  std::error_code failed;
  fs::create_directories(fs::path(path_).parent_path(), failed);
  const std::string beside = path_ + ".new";
  std::ofstream file(beside);
  file << text(state);
  file.close();
  if (file) fs::rename(beside, path_, failed);
  if (!file || failed)
    return fail(ErrorCode::io_error, fmt::format("{} can't be written", path_));
  return {};
}

}  // namespace trivet::app
