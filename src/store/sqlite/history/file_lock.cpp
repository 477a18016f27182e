#include "store/sqlite/history/file_lock.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace trivet::store::sqlite {
namespace {

class FileLock final : public sql::MigrationLock {
 public:
  FileLock(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  ~FileLock() override {
    // Before letting go: whoever opens the path from now on makes a new file.
    ::unlink(path_.c_str());
    ::close(descriptor_);
  }

 private:
  std::string path_;
  int descriptor_;
};

// Whether the path still names the file that was opened: its holder may have taken it away.
bool is_current(const std::string& path, int descriptor) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(descriptor, &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

}  // namespace

result<std::unique_ptr<sql::MigrationLock>> lock_file(const std::string& path,
                                                      std::chrono::seconds wait) {
  const auto until = std::chrono::steady_clock::now() + wait;
  for (;;) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0)
      return fail(ErrorCode::file_error, "can't make " + path + ": " + std::strerror(errno));
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0 && is_current(path, descriptor))
      return std::make_unique<FileLock>(path, descriptor);
    ::close(descriptor);
    if (std::chrono::steady_clock::now() >= until)
      return fail(ErrorCode::lock_not_available,
                  "another process is migrating this database, and did not end in " +
                      std::to_string(wait.count()) + " s",
                  {}, "wait for it, or give --wait more seconds");
    // flock takes no deadline.
    ::poll(nullptr, 0, 20);
  }
}

}  // namespace trivet::store::sqlite
