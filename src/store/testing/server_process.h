// For tests: what the servers of Debian's packages have in common when a test starts one: they refuse to
// run as root, end with the test, and say when they are ready as they do to systemd.
#pragma once

#include <fcntl.h>
#include <pwd.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace trivet::store::testing {

[[noreturn]] inline void give_up(const std::string& why) {
  std::fprintf(stderr, "a database for tests: %s\n", why.c_str());
  std::abort();
}

// Where the test runs as root: `name`, or nobody. Null elsewhere.
inline const passwd* unprivileged_user(const char* name) {
  if (getuid() != 0) return nullptr;
  const passwd* user = getpwnam(name);
  if (user == nullptr) user = getpwnam("nobody");
  if (user == nullptr) give_up("no user to run it as");
  return user;
}

// Ends when this process does, however that ends, by this signal's name; its output goes to a file.
inline int start_process(const char* user_name, const char* last_signal,
                         const std::vector<std::string>& words, const std::string& log) {
  std::vector<std::string> all = {"/usr/bin/setpriv", "--pdeathsig", last_signal};
  if (const passwd* user = unprivileged_user(user_name))
    for (const std::string& word :
         {std::string("--reuid"), std::to_string(user->pw_uid), std::string("--regid"),
          std::to_string(user->pw_gid), std::string("--clear-groups")})
      all.push_back(word);
  all.insert(all.end(), words.begin(), words.end());
  std::vector<char*> arguments;
  for (std::string& word : all) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t process = -1;
  if (posix_spawn(&process, arguments[0], &actions, nullptr, arguments.data(), environ) != 0)
    give_up("can't start " + words.front());
  posix_spawn_file_actions_destroy(&actions);
  return process;
}

// Where the server says that it is ready, as it does to systemd.
class ReadySocket {
 public:
  explicit ReadySocket(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
    unlink(path.c_str());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    const timeval patience{60, 0};
    const bool made =
        bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0 &&
        chmod(path.c_str(), 0777) == 0 &&
        setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0;
    if (!made) give_up("no socket at " + path);
    setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }
  ~ReadySocket() {
    unsetenv("NOTIFY_SOCKET");
    close(socket_);
  }
  ReadySocket(const ReadySocket&) = delete;
  ReadySocket& operator=(const ReadySocket&) = delete;

  [[nodiscard]] bool wait() const {
    std::array<char, 512> text{};
    for (;;) {
      const ssize_t size = recv(socket_, text.data(), text.size(), 0);
      if (size <= 0) return false;
      if (std::string(text.data(), static_cast<size_t>(size)).find("READY=1") != std::string::npos)
        return true;
    }
  }

 private:
  int socket_;
};

}  // namespace trivet::store::testing
