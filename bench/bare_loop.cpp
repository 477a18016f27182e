// bare_loop --port N [--threads N] --db FILE: the floor of the work. Answers the benchmark's four requests with the
// least code that can: epoll, one SQLite connection per thread, prepared statements, JSON written by hand, inserts
// committed in groups by one thread with synchronous=FULL. No routing, no checks, no rules, no limits: it answers only
// what bench/run.mjs sends. For measuring only.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sqlite3.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using std::string_view;

void must(bool good, const char* what) {
  if (good) return;
  std::perror(what);
  std::exit(1);
}

struct Connection {
  int descriptor;
  bool closed = false;
  int writing = 0;  // inserts that the writer still holds
  std::string in{};
};

// -- SQLite -------------------------------------------------------------------------------------

class Database {
 public:
  explicit Database(const char* path) {
    must(sqlite3_open(path, &db_) == SQLITE_OK, "open");
    run("PRAGMA journal_mode=WAL");
    run("PRAGMA synchronous=FULL");
    run("PRAGMA mmap_size=268435456");
  }
  sqlite3_stmt* prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    must(code == SQLITE_OK, sqlite3_errmsg(db_));
    return statement;
  }
  void run(const char* sql) {
    must(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sqlite3_errmsg(db_));
  }

 private:
  sqlite3* db_ = nullptr;
};

void bind(sqlite3_stmt* statement, int at, string_view text) {
  sqlite3_bind_text(statement, at, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
}

template <class Number>
Number number_of(string_view text) {
  Number value{};
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

void append_string(std::string& out, string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

void append_column(std::string& out, sqlite3_stmt* row, int at) {
  char digits[32];
  switch (sqlite3_column_type(row, at)) {
    case SQLITE_INTEGER:
      out.append(digits, std::to_chars(digits, digits + 32, sqlite3_column_int64(row, at)).ptr);
      break;
    case SQLITE_FLOAT:
      out.append(digits, std::to_chars(digits, digits + 32, sqlite3_column_double(row, at)).ptr);
      break;
    case SQLITE_NULL:
      out += "null";
      break;
    default: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(row, at));
      append_string(out, {text, static_cast<size_t>(sqlite3_column_bytes(row, at))});
    }
  }
}

// Rows as an array of objects; `keys` are the names with their punctuation: {"id":  ,"name":  …
void append_rows(std::string& out, sqlite3_stmt* rows, const std::vector<string_view>& keys) {
  out += '[';
  for (bool first = true; sqlite3_step(rows) == SQLITE_ROW; first = false) {
    if (!first) out += ',';
    for (size_t i = 0; i < keys.size(); ++i) {
      out += keys[i];
      append_column(out, rows, static_cast<int>(i));
    }
    out += '}';
  }
  out += ']';
  sqlite3_reset(rows);
}

const std::vector<string_view> city_keys = {
    R"({"id":)",         R"(,"name":)",     R"(,"country_code":)", R"(,"kind":)",
    R"(,"population":)", R"(,"latitude":)", R"(,"longitude":)"};
const std::vector<string_view> place_keys = {R"({"id":)", R"(,"name":)", R"(,"population":)"};
const std::vector<string_view> border_keys = {R"({"cca3":)", R"(,"name":)"};
const std::vector<string_view> country_keys = {R"([{"cca3":)", R"(,"name":)", R"(,"capital":)",
                                               R"(,"region":)", R"(,"area":)"};

// -- one thread that writes ---------------------------------------------------------------------

struct Loop;
struct Insert {
  Loop* loop;
  Connection* connection;
  std::string body;
};

class Writer {
 public:
  explicit Writer(const char* path) : db_(path) {
    insert_ = db_.prepare(
        "INSERT INTO cities (name, country_code, kind, population, latitude, longitude) "
        "VALUES (?,?,?,?,?,?)");
    std::thread([this] { work(); }).detach();
  }
  void add(Insert insert) {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(insert));
    wake_.notify_one();
  }

 private:
  void work();
  void insert_row(string_view body);

  Database db_;
  sqlite3_stmt* insert_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Insert> waiting_;
};

// -- one loop per thread ------------------------------------------------------------------------

struct Loop {
  Loop(const char* path, int port, Writer& writer);
  void run();
  void accept_all();
  void receive(Connection& connection);
  size_t answer(Connection& connection, string_view bytes);  // bytes used, 0 = not whole yet
  void read(Connection& connection, string_view path);
  void country(string_view code);
  void reply(Connection& connection, string_view status);
  void close(Connection& connection);
  void finish_inserts();
  void watch(int descriptor, void* who) const;

  Database db;
  Writer& writer;
  sqlite3_stmt *by_key, *by_country, *one_country, *its_cities, *its_borders;
  int poll = epoll_create1(0);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  int done_event = eventfd(0, EFD_NONBLOCK);
  std::mutex mutex;
  std::vector<Connection*> done;
  std::string body;
  std::string out;
  std::vector<char> buffer = std::vector<char>(64 * 1024);
};

Loop::Loop(const char* path, int port, Writer& shared) : db(path), writer(shared) {
  by_key = db.prepare(
      "SELECT id,name,country_code,kind,population,latitude,longitude FROM cities WHERE id=?");
  by_country = db.prepare(
      "SELECT id,name,country_code,kind,population,latitude,longitude FROM cities "
      "WHERE country_code=? ORDER BY population DESC LIMIT 20");
  one_country = db.prepare("SELECT cca3,name,capital,region,area,cca2 FROM countries WHERE cca3=?");
  its_cities = db.prepare(
      "SELECT id,name,population FROM cities WHERE country_code=? ORDER BY population DESC LIMIT 20");
  its_borders = db.prepare(
      "SELECT c.cca3,c.name FROM \"_Border\" b JOIN countries c ON c.cca3=b.\"A\" WHERE b.\"B\"=?");
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  must(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "bind");
  must(listen(listener, 1024) == 0, "listen");
  watch(listener, &listener);
  watch(done_event, &done_event);
}

void Loop::watch(int descriptor, void* who) const {
  epoll_event event{.events = EPOLLIN, .data = {.ptr = who}};
  epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event);
}

void Loop::run() {
  epoll_event events[256];
  for (;;) {
    const int count = epoll_wait(poll, events, 256, -1);
    for (int i = 0; i < count; ++i) {
      void* who = events[i].data.ptr;
      if (who == &listener) {
        accept_all();
      } else if (who == &done_event) {
        finish_inserts();
      } else {
        receive(*static_cast<Connection*>(who));
      }
    }
  }
}

void Loop::accept_all() {
  for (;;) {
    const int descriptor = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
    if (descriptor < 0) return;
    const int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(descriptor, new Connection{.descriptor = descriptor});
  }
}

void Loop::close(Connection& connection) {
  if (!connection.closed) ::close(connection.descriptor);
  connection.closed = true;
  if (connection.writing == 0) delete &connection;
}

void Loop::receive(Connection& connection) {
  const ssize_t got = recv(connection.descriptor, buffer.data(), buffer.size(), 0);
  if (got <= 0) return close(connection);
  const string_view fresh{buffer.data(), static_cast<size_t>(got)};
  if (connection.in.empty()) {
    const size_t used = answer(connection, fresh);
    connection.in.append(fresh.substr(used));
  } else {
    connection.in.append(fresh);
    connection.in.erase(0, answer(connection, connection.in));
  }
}

size_t Loop::answer(Connection& connection, string_view bytes) {
  size_t used = 0;
  for (;;) {
    const string_view rest = bytes.substr(used);
    const size_t head = rest.find("\r\n\r\n");
    if (head == rest.npos) return used;
    if (rest[0] == 'G') {
      read(connection, rest.substr(4, rest.find(' ', 4) - 4));
      used += head + 4;
      continue;
    }
    const size_t length_at = rest.find("Content-Length: ");
    const size_t length = number_of<size_t>(rest.substr(length_at + 16, 12));
    if (rest.size() < head + 4 + length) return used;
    ++connection.writing;
    writer.add({this, &connection, std::string(rest.substr(head + 4, length))});
    used += head + 4 + length;
  }
}

// /rest/v1/cities?id=eq.N · /rest/v1/cities?country_code=eq.FR&… · /rest/v1/countries?cca3=eq.FRA&…
void Loop::read(Connection& connection, string_view path) {
  body.clear();
  if (path[10] == 'o') {
    country(path.substr(27, 3));
  } else if (path[16] == 'i') {
    sqlite3_bind_int64(by_key, 1, number_of<int64_t>(path.substr(22)));
    append_rows(body, by_key, city_keys);
  } else {
    bind(by_country, 1, path.substr(32, 2));
    append_rows(body, by_country, city_keys);
  }
  reply(connection, "200 OK");
}

void Loop::country(string_view code) {
  bind(one_country, 1, code);
  must(sqlite3_step(one_country) == SQLITE_ROW, "no such country");
  for (size_t i = 0; i < country_keys.size(); ++i) {
    body += country_keys[i];
    append_column(body, one_country, static_cast<int>(i));
  }
  bind(its_cities, 1, {reinterpret_cast<const char*>(sqlite3_column_text(one_country, 5)), 2});
  body += R"(,"cities":)";
  append_rows(body, its_cities, place_keys);
  sqlite3_reset(one_country);
  bind(its_borders, 1, code);
  body += R"(,"borders":)";
  append_rows(body, its_borders, border_keys);
  body += "}]";
}

void Loop::reply(Connection& connection, string_view status) {
  char digits[20];
  out.assign("HTTP/1.1 ").append(status);
  out += "\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Type: application/json; charset=utf-8\r\n";
  out += "Content-Length: ";
  out.append(digits, std::to_chars(digits, digits + 20, body.size()).ptr).append("\r\n\r\n").append(body);
  if (!connection.closed) (void)!send(connection.descriptor, out.data(), out.size(), MSG_NOSIGNAL);
}

void Loop::finish_inserts() {
  uint64_t count = 0;
  (void)!::read(done_event, &count, sizeof count);
  std::vector<Connection*> finished;
  {
    const std::lock_guard lock(mutex);
    finished.swap(done);
  }
  body.clear();
  for (Connection* connection : finished) {
    --connection->writing;
    reply(*connection, "201 Created");
    if (connection->closed) close(*connection);
  }
}

// The value of a key in a flat JSON object without escapes and blanks.
string_view field(string_view body, string_view key) {
  const size_t at = body.find(key) + key.size();
  return body.substr(at, body.find_first_of("\",}", at) - at);
}

void Writer::insert_row(string_view body) {
  bind(insert_, 1, field(body, R"("name":")"));
  bind(insert_, 2, field(body, R"("country_code":")"));
  bind(insert_, 3, "PPL");
  sqlite3_bind_int64(insert_, 4, number_of<int64_t>(field(body, R"("population":)")));
  sqlite3_bind_double(insert_, 5, number_of<double>(field(body, R"("latitude":)")));
  sqlite3_bind_double(insert_, 6, number_of<double>(field(body, R"("longitude":)")));
  must(sqlite3_step(insert_) == SQLITE_DONE, "insert");
  sqlite3_reset(insert_);
}

void Writer::work() {
  std::vector<Insert> batch;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return !waiting_.empty(); });
      batch.swap(waiting_);
    }
    db_.run("BEGIN IMMEDIATE");
    for (const Insert& insert : batch) insert_row(insert.body);
    db_.run("COMMIT");
    for (const Insert& insert : batch) {
      const std::lock_guard lock(insert.loop->mutex);
      insert.loop->done.push_back(insert.connection);
      const uint64_t one = 1;
      if (insert.loop->done.size() == 1) (void)!write(insert.loop->done_event, &one, sizeof one);
    }
    batch.clear();
  }
}

}  // namespace

int main(int argc, char** argv) {
  const char* path = nullptr;
  int port = 0;
  int threads = 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--port") == 0) port = std::atoi(argv[i + 1]);
    if (std::strcmp(argv[i], "--threads") == 0) threads = std::atoi(argv[i + 1]);
    if (std::strcmp(argv[i], "--db") == 0) path = argv[i + 1];
  }
  must(path != nullptr && port != 0, "usage: bare_loop --port N [--threads N] --db FILE");
  Writer writer(path);
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i) {
    running.emplace_back([&] { (new Loop(path, port, writer))->run(); });
  }
  for (std::thread& thread : running) thread.join();
}
