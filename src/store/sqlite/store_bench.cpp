// Micro-benchmarks of the store: each read beside the same prepared statement without the store;
// writes in groups and in bulk.
//
//   store_bench [FOLDER]      (default: a temporary folder on the current disk)
#include <sqlite3.h>

#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <optional>

#include "net/pool.h"
#include "net/run_task.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/migrate.h"
#include "store/sqlite/sqlite_store.h"

namespace trivet::store::sqlite {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

// Made by hand, so that the benchmark needs no schema language.
class SchemaMaker {
 public:
  std::shared_ptr<const schema::Schema> make() {
    const int country = add_model(
        "Country",
        {{"id", ScalarType::int_}, {"code", ScalarType::string}, {"name", ScalarType::string}});
    const int city = add_model("City", {{"id", ScalarType::int_},
                                        {"name", ScalarType::string},
                                        {"population", ScalarType::int_},
                                        {"lat", ScalarType::float_},
                                        {"lon", ScalarType::float_},
                                        {"countryId", ScalarType::int_}});
    add_model("Log", {{"id", ScalarType::int_}, {"text", ScalarType::string}});
    schema_->models[city].indexes.push_back(key("City_countryId_population_idx", {5, -2}));
    schema::Relation relation;
    relation.kind = schema::RelationKind::one_to_many;
    relation.model[0] = city;
    relation.model[1] = country;
    relation.from_fields = {5};
    relation.to_fields = {0};
    relation.constraint = "City_countryId_fkey";
    schema_->relations.push_back(relation);
    return schema_;
  }

 private:
  using ScalarType = schema::ScalarType;

  // Negative: descending.
  static schema::Key key(const std::string& name, std::initializer_list<int> fields) {
    schema::Key made;
    made.db_name = name;
    for (const int field : fields) {
      schema::KeyColumn& column = made.columns.emplace_back();
      column.field = std::abs(field);
      column.descending = field < 0;
    }
    return made;
  }

  int add_model(const std::string& name,
                const std::vector<std::pair<std::string, ScalarType>>& fields) {
    schema::Model& model = schema_->models.emplace_back();
    model.name = model.db_name = name;
    for (const auto& [field_name, type] : fields) {
      schema::Field& field = model.fields.emplace_back();
      field.name = field.db_name = field_name;
      field.type = type;
      field.column = static_cast<int>(model.columns.size());
      model.columns.push_back(field.column);
      model.field_by_name[field_name] = model.field_by_db_name[field_name] = field.column;
    }
    model.primary_key = key(name + "_pkey", {0});
    const int index = static_cast<int>(schema_->models.size()) - 1;
    schema_->model_by_name[name] = index;
    return index;
  }

  std::shared_ptr<schema::Schema> schema_ = std::make_shared<schema::Schema>();
};

constexpr int countries = 250;
constexpr int cities = 135'000;

void rethrow(std::exception_ptr failure) {
  if (failure) std::rethrow_exception(failure);
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}
Deadline later() { return Clock::now() + std::chrono::seconds(300); }

class Bench {
 public:
  explicit Bench(const std::string& folder) : pool_({2, 100}) {
    options_.path = folder + "/bench.db";
    schema_ = SchemaMaker().make();
    auto migration = plan_migration(options_, *schema_);
    (void)apply_migration(options_, *migration, DataLoss::refuse);
    store_ = *SqliteStore::open(options_, pool_);
    raw_ = *Connection::open(options_, Access::read);
  }

  void run_all() {
    fill();
    (void)optimize_database(options_);
    point_read();
    list_read();
    nested_read();
    group_inserts(1);
    group_inserts(64);
  }

 private:
  int model(const char* name) { return schema_->model_by_name.at(name); }
  int field(const char* m, const char* f) { return schema_->models[model(m)].field_by_name.at(f); }
  Expr column(const char* m, const char* f) {
    return make_column(field(m, f), field_type(schema_->models[model(m)].fields[field(m, f)]));
  }
  Level level(const char* m, std::initializer_list<const char*> fields) {
    Level made;
    made.model = model(m);
    for (const char* f : fields) made.outputs.push_back({column(m, f)});
    return made;
  }
  Program insert(const char* m, std::initializer_list<const char*> fields) {
    Program program;
    program.id = ++next_id_;
    program.schema = schema_;
    Step step;
    step.model = model(m);
    for (const char* f : fields) step.fields.push_back(field(m, f));
    step.block = 0;
    program.steps = {step};
    program.returning_step = 0;
    return program;
  }
  static task<void> write_one(SqliteStore& store, const Program& program, const Params& params,
                              bool& good) {
    auto done = co_await store.write(program, params, later());
    good = done.has_value();
    if (!done) std::printf("%s\n", done.error().message.c_str());
  }
  void write(const Program& program, const Params& params) {
    net::BriefLoop loop;
    bool good = false;
    asio::co_spawn(loop.context(), write_one(*store_, program, params, good), rethrow);
    loop.run();
  }

  void fill() {
    std::vector<Value> cells;
    std::vector<std::string> names;
    names.reserve(cities + countries);
    for (int i = 1; i <= countries; ++i) {
      names.push_back("C" + std::to_string(i));
      cells.insert(cells.end(),
                   {Value::integer(i), Value::text(names.back()), Value::text(names.back())});
    }
    write(insert("Country", {"id", "code", "name"}), {{}, {RowBlock{countries, cells}}});
    cells.clear();
    for (int i = 1; i <= cities; ++i) {
      names.push_back("City number " + std::to_string(i));
      cells.insert(cells.end(),
                   {Value::integer(i), Value::text(names.back()),
                    Value::integer((i * 7919LL) % 5'000'000), Value::floating(i * 0.001),
                    Value::floating(-i * 0.002), Value::integer(i % countries + 1)});
    }
    const Program program = insert("City", {"id", "name", "population", "lat", "lon", "countryId"});
    const Clock::time_point start = Clock::now();
    constexpr uint32_t chunk = 5000;
    for (uint32_t at = 0; at < cities; at += chunk)
      write(program,
            {{}, {RowBlock{chunk, std::span(cells).subspan(size_t{at} * 6, size_t{chunk} * 6)}}});
    std::printf(
        "bulk insert       %8.0f rows/s (135,000 rows, FK and one index, blocks of %u, synced)\n",
        cities / seconds_since(start), chunk);
  }

  static task<void> read_many(SqliteStore& store, const Query& query, Params params, int count,
                              size_t& rows) {
    for (int i = 0; i < count; ++i) {
      if (!params.values.empty()) params.values[0] = Value::integer(i * 31 % countries + 1);
      auto done = co_await store.read(query, params, later());
      rows += done ? done->batch.rows : 0;
    }
  }
  double time_reads(const Query& query, const Params& params, int count) {
    size_t rows = 0;
    double best = 1e9;
    for (int round = 0; round < 5; ++round) {
      net::BriefLoop loop;
      asio::co_spawn(loop.context(), read_many(*store_, query, params, count, rows), rethrow);
      const Clock::time_point start = Clock::now();
      loop.run();
      best = std::min(best, seconds_since(start) / count * 1e6);
    }
    return best;
  }
  double time_here(const Query& query, Params params, int count) {
    double best = 1e9;
    for (int round = 0; round < 5; ++round) {
      const Clock::time_point start = Clock::now();
      for (int i = 0; i < count; ++i) {
        params.values[0] = Value::integer(i * 31 % countries + 1);
        (void)store_->read_here(query, params, start + std::chrono::seconds(300));
      }
      best = std::min(best, seconds_since(start) / count * 1e6);
    }
    return best;
  }
  double time_raw(const char* sql, int count) {
    const StatementPtr statement = *raw_->prepare(sql);
    double best = 1e9;
    int64_t sum = 0;
    for (int round = 0; round < 5; ++round) {
      const Clock::time_point start = Clock::now();
      for (int i = 0; i < count; ++i) {
        sqlite3_bind_int64(statement.get(), 1, i * 31 % countries + 1);
        while (sqlite3_step(statement.get()) == SQLITE_ROW)
          for (int c = 0; c < sqlite3_column_count(statement.get()); ++c)
            sum += sqlite3_column_bytes(statement.get(), c);
        sqlite3_reset(statement.get());
      }
      best = std::min(best, seconds_since(start) / count * 1e6);
    }
    return sum > 0 ? best : 0;
  }
  void report(const char* name, const Query& query, const Params& params, const char* sql,
              int count) {
    const double here = time_here(query, params, count);
    const double whole = time_reads(query, params, count);
    const double raw = sql == nullptr ? 0 : time_raw(sql, count);
    std::printf(
        "%-17s %8.2f us through read(), %.2f without the coroutine, raw prepared statement %.2f "
        "us\n",
        name, whole, here, raw);
  }

  Query query(Level root) { return {++next_id_, schema_, std::move(root), false, Cost::small}; }

  void point_read() {
    Level root = level("City", {"id", "name", "population", "lat", "lon", "countryId"});
    root.where = make_binary(Op::eq, column("City", "id"), make_param(0, Type::int4));
    report("one by key", query(root), {{Value::integer(1)}, {}},
           "SELECT id, name, population, lat, lon, countryId FROM City WHERE id = ?", 20'000);
  }
  void list_read() {
    Level root = level("City", {"id", "name", "population", "lat", "lon", "countryId"});
    root.where = make_binary(Op::eq, column("City", "countryId"), make_param(0, Type::int4));
    root.order = {{column("City", "population"), true, true}};
    root.limit_param = 1;
    report("20 of a country", query(root), {{Value::integer(1), Value::integer(20)}, {}},
           "SELECT id, name, population, lat, lon, countryId FROM City WHERE countryId = ? ORDER "
           "BY population DESC LIMIT 20",
           5'000);
  }
  void nested_read() {
    Level root = level("Country", {"id", "name"});
    root.where = make_binary(Op::eq, column("Country", "id"), make_param(0, Type::int4));
    // Relation 0 from its referenced end.
    Embed embed{{0, 1, -1, 0}, false, level("City", {"id", "name", "population"})};
    embed.level.order = {{column("City", "population"), true, true}};
    embed.level.limit_param = 1;
    root.embeds = {embed};
    report("1 + 20 nested", query(root), {{Value::integer(1), Value::integer(20)}, {}}, nullptr,
           5'000);
  }

  static task<void> insert_loop(SqliteStore& store, const Program& program, const Params& params,
                                int count) {
    for (int i = 0; i < count; ++i) (void)co_await store.write(program, params, later());
  }
  void group_inserts(int connections) {
    const Program program = insert("Log", {"text"});
    const std::vector<Value> cells = {Value::text("something happened somewhere at some time")};
    const Params params{{}, {RowBlock{1, cells}}};
    const int count = connections == 1 ? 500 : 500;
    net::BriefLoop loop;
    const WriterCounts before = store_->writer_counts();
    for (int i = 0; i < connections; ++i)
      asio::co_spawn(loop.context(), insert_loop(*store_, program, params, count), rethrow);
    const Clock::time_point start = Clock::now();
    loop.run();
    const double seconds = seconds_since(start);
    const WriterCounts after = store_->writer_counts();
    std::printf("durable inserts   %8.0f /s from %d at once, %.1f per commit\n",
                connections * count / seconds, connections,
                static_cast<double>(after.programs - before.programs) /
                    static_cast<double>(after.groups - before.groups));
  }

  SqliteOptions options_;
  std::shared_ptr<const schema::Schema> schema_;
  net::Pool pool_;
  std::unique_ptr<SqliteStore> store_;
  std::unique_ptr<Connection> raw_;
  uint64_t next_id_ = 0;
};

}  // namespace
}  // namespace trivet::store::sqlite

int main(int count, char** arguments) {
  const std::string parent = count > 1 ? arguments[1] : std::filesystem::current_path().string();
  std::string folder = parent + "/store-bench-XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) return 1;
  trivet::store::sqlite::Bench(folder).run_all();
  std::filesystem::remove_all(folder);
}
