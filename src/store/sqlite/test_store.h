// A store over a file in a folder of its own, for tests: schema text in, answers as short texts
// out.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "net/pool.h"
#include "net/run_task.h"
#include "schema/schema.h"
#include "store/sqlite/migrate.h"
#include "store/sqlite/sqlite_store.h"

namespace trivet::store::sqlite {

class TestFolder {
 public:
  TestFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "trivet-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

inline std::shared_ptr<const schema::Schema> load(const std::string& text) {
  auto checked =
      schema::check_schema({{"schema.zmodel", "datasource db { provider = \"sqlite\" }\n" + text}});
  for (const schema::Diagnostic& diagnostic : checked.diagnostics)
    ADD_FAILURE() << diagnostic.message;
  return checked.schema;
}

inline Deadline in_time() { return Deadline::clock::now() + std::chrono::seconds(60); }

// Completion of a coroutine that owns what it works on.
inline void rethrow(std::exception_ptr failure) {
  if (failure) std::rethrow_exception(failure);
}

// What the task gives; an exception out of it ends the test.
template <class T>
T run(task<T> work) {
  return net::run_task(std::move(work));
}

inline void show(std::string& out, const Batch& batch);

inline void show(std::string& out, Value value) {
  switch (value.kind()) {
    case ValueKind::null:
      out += "null";
      return;
    case ValueKind::boolean:
      out += value.as_boolean() ? "true" : "false";
      return;
    case ValueKind::floating:
      out += std::to_string(value.as_floating());
      return;
    case ValueKind::integer:
    case ValueKind::timestamp:
    case ValueKind::date:
    case ValueKind::time:
      out += std::to_string(value.as_integer());
      return;
    case ValueKind::rows:
      return show(out, *value.as_rows());
    default:
      out += value.as_text();
  }
}

// [1,a,[x][y]] per row.
inline void show(std::string& out, const Batch& batch) {
  for (uint32_t row = 0; row < batch.rows; ++row) {
    out += '[';
    for (uint32_t column = 0; column < batch.columns; ++column) {
      if (column > 0) out += ',';
      show(out, batch.row(row)[column]);
    }
    out += ']';
  }
}

inline std::string show(const Rows& rows) {
  std::string out;
  show(out, rows.batch);
  if (rows.total) out += " of " + std::to_string(*rows.total);
  return out;
}

inline std::string show(const Error& error) {
  std::string out = std::string(error_code_info(error.code).text) + ": " + error.message;
  if (!error.details.empty()) out += " | " + error.details;
  return out;
}

class TestStore {
 public:
  explicit TestStore(const std::string& schema_text, SqliteOptions settings = {})
      : schema(load(schema_text)), options(std::move(settings)), pool({2, 100}) {
    options.path = folder.file("test.db");
    if (schema == nullptr) return;
    auto migration = plan_migration(options, *schema);
    EXPECT_TRUE(migration) << (migration ? "" : show(migration.error()));
    if (!migration) return;
    auto applied = apply_migration(options, *migration, DataLoss::refuse);
    EXPECT_TRUE(applied) << (applied
                                 ? ""
                                 : show(applied.error()) + migration->steps.front().sql.front());
    open();
  }
  void open() {
    auto opened = SqliteStore::open(options, pool);
    ASSERT_TRUE(opened) << show(opened.error());
    store = *std::move(opened);
  }

  [[nodiscard]] int model(const std::string& name) const { return schema->model_by_name.at(name); }
  [[nodiscard]] int field(const std::string& model_name, const std::string& name) const {
    return schema->models[model(model_name)].field_by_name.at(name);
  }
  [[nodiscard]] Expr column(const std::string& model_name, const std::string& name) const {
    const schema::Field& found = schema->models[model(model_name)].fields[field(model_name, name)];
    Expr expr = make_column(field(model_name, name), field_type(found));
    expr.enum_index = found.enum_index;
    return expr;
  }
  [[nodiscard]] Link link(const std::string& model_name, const std::string& name) const {
    const schema::Field& found = schema->models[model(model_name)].fields[field(model_name, name)];
    return {found.relation, static_cast<uint8_t>(found.side), -1, 0};
  }
  [[nodiscard]] Level level(const std::string& model_name,
                            std::initializer_list<const char*> fields) const {
    Level made;
    made.model = model(model_name);
    for (const char* name : fields) made.outputs.push_back({column(model_name, name)});
    return made;
  }

  std::string read(Level root, std::vector<Value> values = {}, bool count = false) {
    Query query{next_id++, schema, std::move(root), count, Cost::small};
    const Params params{std::move(values), {}};
    auto rows = run(store->read(query, params, in_time()));
    return rows ? show(*rows) : show(rows.error());
  }
  std::string write(Program program, std::vector<Value> values = {},
                    std::vector<RowBlock> blocks = {}) {
    program.id = next_id++;
    program.schema = schema;
    const Params params{std::move(values), std::move(blocks)};
    auto done = run(store->write(program, params, in_time()));
    if (!done) return show(done.error());
    return std::to_string(done->affected) + "/" + std::to_string(done->inserted) + " " +
           show(done->rows);
  }
  [[nodiscard]] Step insert_step(const std::string& model_name,
                                 std::initializer_list<const char*> fields, int block = 0) const {
    Step step;
    step.kind = StepKind::insert;
    step.model = model(model_name);
    for (const char* name : fields) step.fields.push_back(field(model_name, name));
    step.block = block;
    return step;
  }
  std::string insert(const std::string& model_name, std::initializer_list<const char*> fields,
                     std::vector<Value> cells) {
    Program program;
    program.steps.push_back(insert_step(model_name, fields));
    program.returning_step = 0;
    const uint32_t rows =
        fields.size() == 0 ? 1 : static_cast<uint32_t>(cells.size() / fields.size());
    return write(std::move(program), {}, {RowBlock{rows, cells}});
  }

  TestFolder folder;
  std::shared_ptr<const schema::Schema> schema;
  SqliteOptions options;
  net::Pool pool;
  std::unique_ptr<SqliteStore> store;
  uint64_t next_id = 1;
};

}  // namespace trivet::store::sqlite
