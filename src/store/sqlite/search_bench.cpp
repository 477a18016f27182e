// What a search by words costs beside LIKE over the same column: both read every row.
//
//   search_bench cities.ndjson [rounds]      (one JSON object with a "name" per line)
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "store/sqlite/connection.h"
#include "value/json_reader.h"

namespace trivet::store::sqlite {
namespace {

constexpr const char* conditions[] = {
    "trivet_like(name, ?1)|%York%",
    "trivet_ilike(name, ?1)|%york%",
    "trivet_like(name, ?1)|San%",
    "trivet_text_search(name, ?1, 'plain', 'simple')|york",
    "trivet_text_search(name, ?1, 'plain', 'english')|york",
    "trivet_text_search(name, ?1, 'plain', 'english')|new york",
    "trivet_text_search(name, ?1, 'phrase', 'english')|new york",
    "trivet_text_search(name, ?1, '', 'english')|yor:*",
    "trivet_text_search(name, ?1, '', 'english')|(new | san) & !york",
    "trivet_text_search(name, ?1, '', 'english')|saint:* <-> j:*",
    "trivet_text_search(name, ?1, 'plain', 'english')|são",
};

bool fill(Connection& connection, const char* path) {
  if (!connection.execute("CREATE TABLE city (id INTEGER PRIMARY KEY, name TEXT NOT NULL); BEGIN"))
    return false;
  auto insert = connection.prepare("INSERT INTO city (name) VALUES (?1)");
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const auto city = parse_json(line, 8);
    const auto name = city ? city->find("name") : std::nullopt;
    if (!name) return false;
    Arena arena;
    const std::string_view text = name->as_string().text(arena);
    sqlite3_bind_text64(insert->get(), 1, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    sqlite3_step(insert->get());
    sqlite3_reset(insert->get());
  }
  return connection.execute("COMMIT").has_value();
}

void measure(Connection& connection, std::string_view line, int rounds) {
  const size_t bar = line.find('|');
  const std::string condition(line.substr(0, bar));
  const std::string_view pattern = line.substr(bar + 1);
  auto count = connection.prepare("SELECT count(*) FROM city WHERE " + condition);
  double best = 1e9;
  int64_t rows = 0;
  for (int round = 0; round < rounds; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    sqlite3_bind_text64(count->get(), 1, pattern.data(), pattern.size(), SQLITE_STATIC, SQLITE_UTF8);
    if (sqlite3_step(count->get()) == SQLITE_ROW) rows = sqlite3_column_int64(count->get(), 0);
    sqlite3_reset(count->get());
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    best = std::min(best, took.count());
  }
  std::printf("%8.2f ms %7lld rows  %s  %.*s\n", best, static_cast<long long>(rows), condition.c_str(),
              static_cast<int>(pattern.size()), pattern.data());
}

int run(const char* path, int rounds) {
  const auto folder = std::filesystem::temp_directory_path() / "trivet-search-bench";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  SqliteOptions options;
  options.path = (folder / "data.db").string();
  auto connection = Connection::open(options, Access::write);
  if (!connection || !fill(**connection, path)) return 1;
  for (const char* condition : conditions) measure(**connection, condition, rounds);
  connection->reset();
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace trivet::store::sqlite

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  return trivet::store::sqlite::run(argv[1], argc > 2 ? std::atoi(argv[2]) : 5);
}
