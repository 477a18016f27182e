// pipeline_loop --url URL --requests FILE [--connections N] [--depth N] [--threads N] [--seconds N]: the floor of a read on
// PostgreSQL. Runs one prepared statement, binary, in libpq's pipeline mode, with `depth` requests in flight on each
// connection, and reads nothing of what comes back. FILE: the statement in the first line; in each other one the
// parameters of a request, between tabs. Prints what it did as JSON. For measuring only.
#include <libpq-fe.h>
#include <poll.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Parameters = std::vector<std::string>;

void must(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "pipeline_loop: %s\n", what);
  std::exit(1);
}

struct Work {
  std::string statement;
  std::vector<Parameters> requests;
  const char* url = nullptr;
  int connections = 8;
  int depth = 4;
  int threads = 2;
  int seconds = 5;
};

Work read_work(const char* file) {
  Work work;
  std::ifstream in(file);
  must(std::getline(in, work.statement) && !work.statement.empty(), "no statement in the file");
  for (std::string line; std::getline(in, line);) {
    Parameters& parameters = work.requests.emplace_back();
    size_t at = 0;
    size_t end = 0;
    do {
      end = line.find('\t', at);
      parameters.push_back(line.substr(at, end - at));
      at = end + 1;
    } while (end != line.npos);
  }
  must(!work.requests.empty(), "no parameters in the file");
  return work;
}

class Line {
 public:
  Line(const Work& work, size_t first) : work_(work), next_(first) {
    connection_ = PQconnectdb(work.url);
    must(PQstatus(connection_) == CONNECTION_OK, PQerrorMessage(connection_));
    const int count = static_cast<int>(work.requests.front().size());
    PGresult* made = PQprepare(connection_, "s", work.statement.c_str(), count, nullptr);
    must(PQresultStatus(made) == PGRES_COMMAND_OK, PQresultErrorMessage(made));
    PQclear(made);
    must(PQsetnonblocking(connection_, 1) == 0 && PQenterPipelineMode(connection_) == 1, "pipeline");
    for (int i = 0; i < work.depth; ++i) send();
    PQflush(connection_);
  }
  Line(const Line&) = delete;
  ~Line() { PQfinish(connection_); }

  int socket() const { return PQsocket(connection_); }
  // Takes what has arrived and asks as much again. Returns the number of requests that ended.
  int work() {
    must(PQconsumeInput(connection_) == 1, PQerrorMessage(connection_));
    int ended = 0;
    for (int nulls = 0; PQisBusy(connection_) == 0 && nulls < 2;) {
      PGresult* result = PQgetResult(connection_);
      if (result == nullptr) {
        ++nulls;
        continue;
      }
      nulls = 0;
      const ExecStatusType status = PQresultStatus(result);
      must(status == PGRES_TUPLES_OK || status == PGRES_PIPELINE_SYNC, PQresultErrorMessage(result));
      ended += status == PGRES_PIPELINE_SYNC ? 1 : 0;
      PQclear(result);
    }
    for (int i = 0; i < ended; ++i) send();
    if (ended != 0) PQflush(connection_);
    return ended;
  }

 private:
  void send() {
    const Parameters& parameters = work_.requests[next_++ % work_.requests.size()];
    values_.clear();
    for (const std::string& one : parameters) values_.push_back(one.c_str());
    const int count = static_cast<int>(values_.size());
    must(PQsendQueryPrepared(connection_, "s", count, values_.data(), nullptr, nullptr, 1) == 1, "send");
    must(PQpipelineSync(connection_) == 1, "sync");
  }

  const Work& work_;
  size_t next_;
  PGconn* connection_ = nullptr;
  std::vector<const char*> values_;
};

long run(const Work& work, int thread) {
  std::vector<std::unique_ptr<Line>> lines;
  std::vector<pollfd> sockets;
  for (int i = thread; i < work.connections; i += work.threads) {
    lines.push_back(std::make_unique<Line>(work, static_cast<size_t>(i) * 37));
    sockets.push_back({lines.back()->socket(), POLLIN, 0});
  }
  long ended = 0;
  const auto until = Clock::now() + std::chrono::seconds(work.seconds);
  while (Clock::now() < until) {
    poll(sockets.data(), sockets.size(), 100);
    for (size_t i = 0; i < lines.size(); ++i) {
      if (sockets[i].revents != 0) ended += lines[i]->work();
    }
  }
  return ended;
}

double seconds_of(const timeval& time) { return double(time.tv_sec) + double(time.tv_usec) / 1e6; }

}  // namespace

int main(int argc, char** argv) {
  const char* url = nullptr;
  const char* file = nullptr;
  Work given;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--url") == 0) url = argv[i + 1];
    if (std::strcmp(argv[i], "--requests") == 0) file = argv[i + 1];
    if (std::strcmp(argv[i], "--connections") == 0) given.connections = std::atoi(argv[i + 1]);
    if (std::strcmp(argv[i], "--depth") == 0) given.depth = std::atoi(argv[i + 1]);
    if (std::strcmp(argv[i], "--threads") == 0) given.threads = std::atoi(argv[i + 1]);
    if (std::strcmp(argv[i], "--seconds") == 0) given.seconds = std::atoi(argv[i + 1]);
  }
  must(url != nullptr && file != nullptr, "--url and --requests are needed");
  Work work = read_work(file);
  work.url = url;
  work.connections = given.connections;
  work.depth = given.depth;
  work.threads = given.threads;
  work.seconds = given.seconds;
  std::vector<long> ended(static_cast<size_t>(work.threads));
  std::vector<std::thread> running;
  const auto began = Clock::now();
  for (int i = 0; i < work.threads; ++i) {
    running.emplace_back([&, i] { ended[static_cast<size_t>(i)] = run(work, i); });
  }
  long requests = 0;
  for (int i = 0; i < work.threads; ++i) {
    running[static_cast<size_t>(i)].join();
    requests += ended[static_cast<size_t>(i)];
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const double cpu = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  std::printf("{\"requests\":%ld,\"seconds\":%.6f,\"cpu_seconds\":%.6f}\n", requests,
              std::chrono::duration<double>(Clock::now() - began).count(), cpu);
}
