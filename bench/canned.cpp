// canned --port N [--threads N]: the machine's floor. Answers every request with the same 200 and a JSON body of
// about 150 bytes, without reading what was asked: epoll, SO_REUSEPORT, one recv and one send per request. Pipelined
// requests are counted by their empty lines. For measuring only.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

constexpr std::string_view answer =
    "HTTP/1.1 200 OK\r\n"
    "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
    "Content-Type: application/json; charset=utf-8\r\n"
    "Content-Length: 149\r\n\r\n"
    "[{\"id\":2988507,\"name\":\"Paris\",\"country\":\"FR\",\"population\":2138551,"
    "\"latitude\":48.85341,\"longitude\":2.3488,\"feature\":\"PPLC\",\"timezone\":\"Europe/Paris\"}]";

int listen_on(uint16_t port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
      listen(listener, 1024) != 0) {
    std::perror("canned");
    std::exit(1);
  }
  return listener;
}

void watch(int epoll, int descriptor) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = descriptor;
  epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

void accept_all(int epoll, int listener) {
  for (;;) {
    const int connection = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
    if (connection < 0) return;
    const int on = 1;
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    watch(epoll, connection);
  }
}

size_t count_requests(std::string_view bytes) {
  size_t count = 0;
  for (size_t at = 0; (at = bytes.find("\r\n\r\n", at)) != bytes.npos; at += 4) ++count;
  return count;
}

void respond(int connection, std::vector<char>& buffer) {
  const ssize_t received = recv(connection, buffer.data(), buffer.size(), 0);
  if (received <= 0) {
    close(connection);
    return;
  }
  const size_t count = count_requests({buffer.data(), static_cast<size_t>(received)});
  if (count == 1) {
    (void)!send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
    return;
  }
  std::string answers;
  for (size_t i = 0; i < count; ++i) answers.append(answer);
  (void)!send(connection, answers.data(), answers.size(), MSG_NOSIGNAL);
}

void serve(uint16_t port) {
  const int listener = listen_on(port);
  const int epoll = epoll_create1(0);
  watch(epoll, listener);
  std::vector<epoll_event> events(128);
  std::vector<char> buffer(4096);
  for (;;) {
    const int count = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      if (events[static_cast<size_t>(i)].data.fd == listener)
        accept_all(epoll, listener);
      else
        respond(events[static_cast<size_t>(i)].data.fd, buffer);
    }
  }
}

}  // namespace

int main(int count, char** values) {
  uint16_t port = 8080;
  unsigned threads = std::thread::hardware_concurrency();
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = values[i];
    if (name == "--port") port = static_cast<uint16_t>(std::atoi(values[i + 1]));
    if (name == "--threads") threads = static_cast<unsigned>(std::atoi(values[i + 1]));
  }
  std::vector<std::jthread> workers;
  for (unsigned i = 0; i < threads; ++i) workers.emplace_back(serve, port);
}
