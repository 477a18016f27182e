// The file that says which move is under way or done, in the project's .trivet folder: a target that
// holds rows is gone on with only if this move put them there. Blocking.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"

namespace trivet::app {

enum class MoveState : uint8_t { started, finished };

class Journal {
 public:
  // Places as drivers name them, without passwords.
  Journal(const std::string& folder, std::string source, std::string target);

  // Of this source and this target; nullopt if the last move was another one, or none.
  [[nodiscard]] std::optional<MoveState> read() const;
  [[nodiscard]] result<void> write(MoveState state) const;

 private:
  [[nodiscard]] std::string text(MoveState state) const;

  std::string path_;
  std::string source_;
  std::string target_;
};

}  // namespace trivet::app
