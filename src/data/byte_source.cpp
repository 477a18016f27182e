#include "data/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace trivet::data {
namespace {

std::unexpected<Error> system_failure(std::string_view what, const std::string& path) {
  const int code = errno;
  return fail(ErrorCode::file_error,
              std::string(what) + " " + path + ": " + std::generic_category().message(code));
}

class Descriptor {
 public:
  Descriptor(int number, bool owned) : number_(number), owned_(owned) {}
  Descriptor(Descriptor&& other) noexcept
      : number_(std::exchange(other.number_, -1)), owned_(other.owned_) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() { static_cast<void>(close()); }
  [[nodiscard]] int number() const { return number_; }
  bool close() {
    const int closing = std::exchange(number_, -1);
    return closing < 0 || !owned_ || ::close(closing) == 0;
  }

 private:
  int number_;
  bool owned_;
};

class FileSource final : public ByteSource {
 public:
  FileSource(Descriptor file, std::string path) : file_(std::move(file)), path_(std::move(path)) {
    struct stat status;
    if (fstat(file_.number(), &status) == 0 && S_ISREG(status.st_mode)) {
      size_ = static_cast<uint64_t>(status.st_size);
    }
  }

  result<size_t> read(std::span<char> to) override {
    while (true) {
      const ssize_t got = ::read(file_.number(), to.data(), to.size());
      if (got >= 0) return static_cast<size_t>(got);
      if (errno != EINTR) return system_failure("cannot read", path_);
    }
  }
  std::optional<uint64_t> size() const override { return size_; }

 private:
  Descriptor file_;
  std::string path_;
  std::optional<uint64_t> size_;
};

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string_view bytes) : rest_(bytes), size_(bytes.size()) {}
  result<size_t> read(std::span<char> to) override {
    const size_t size = std::min(to.size(), rest_.size());
    if (size > 0) std::memcpy(to.data(), rest_.data(), size);
    rest_.remove_prefix(size);
    return size;
  }
  std::optional<uint64_t> size() const override { return size_; }

 private:
  std::string_view rest_;
  uint64_t size_;
};

class FileSink final : public ByteSink {
 public:
  // `part`: where bytes go until finish() renames it to `path`; empty for a stream.
  FileSink(Descriptor file, std::string path, std::string part)
      : file_(std::move(file)), path_(std::move(path)), part_(std::move(part)) {}
  ~FileSink() override {
    // Not finished: half a file is worse than none.
    if (!part_.empty()) unlink(part_.c_str());
  }

  result<void> write(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t put = ::write(file_.number(), bytes.data(), bytes.size());
      if (put >= 0) {
        bytes.remove_prefix(static_cast<size_t>(put));
      } else if (errno != EINTR) {
        return system_failure("cannot write", path_);
      }
    }
    return {};
  }

  result<void> finish() override {
    if (part_.empty()) return {};
    if (fsync(file_.number()) != 0 || !file_.close()) return system_failure("cannot write", path_);
    if (rename(part_.c_str(), path_.c_str()) != 0) return system_failure("cannot replace", path_);
    part_.clear();
    return {};
  }

 private:
  Descriptor file_;
  std::string path_;
  std::string part_;
};

class StringSink final : public ByteSink {
 public:
  explicit StringSink(std::string& out) : out_(out) {}
  result<void> write(std::string_view bytes) override {
    out_ += bytes;
    return {};
  }
  result<void> finish() override { return {}; }

 private:
  std::string& out_;
};

// Devices and pipes are written to as they are; only files can be replaced by a rename.
bool is_replaceable(const std::string& path) {
  struct stat status;
  return stat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode);
}

}  // namespace

result<std::unique_ptr<ByteSource>> open_source(const std::string& path) {
  if (path == "-")
    return std::make_unique<FileSource>(Descriptor(STDIN_FILENO, false), "standard input");
  const int number = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (number < 0) return system_failure("cannot open", path);
  posix_fadvise(number, 0, 0, POSIX_FADV_SEQUENTIAL);
  return std::make_unique<FileSource>(Descriptor(number, true), path);
}

std::unique_ptr<ByteSource> memory_source(std::string_view bytes) {
  return std::make_unique<MemorySource>(bytes);
}

result<std::unique_ptr<ByteSink>> open_sink(const std::string& path) {
  if (path == "-") {
    return std::make_unique<FileSink>(Descriptor(STDOUT_FILENO, false), "standard output", "");
  }
  const std::string part = is_replaceable(path) ? path + ".part" : "";
  const std::string& target = part.empty() ? path : part;
  const int number = open(target.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (number < 0) return system_failure("cannot open", target);
  return std::make_unique<FileSink>(Descriptor(number, true), path, part);
}

std::unique_ptr<ByteSink> string_sink(std::string& out) {
  return std::make_unique<StringSink>(out);
}

}  // namespace trivet::data
