// The store against a real server.
#include "store/postgres/postgres_store.h"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <optional>

#include "store/postgres/layout/ddl.h"
#include "store/postgres/layout/session.h"
#include "store/postgres/testing/server.h"
#include "value/json_writer.h"
#include "value/text_format.h"

namespace trivet::store::postgres {
namespace {

using testing::Server;

Deadline soon() { return Deadline::clock::now() + std::chrono::seconds(60); }

template <class T>
T run(task<T> work) {
  boost::asio::io_context context;
  std::optional<T> value;
  boost::asio::co_spawn(context, std::move(work), [&](std::exception_ptr failure, T done) {
    if (failure) std::rethrow_exception(failure);
    value.emplace(std::move(done));
  });
  context.run();
  return std::move(*value);
}

std::shared_ptr<const schema::Schema> load(const std::string& text) {
  auto checked = schema::check_schema(
      {{"schema.zmodel", "datasource db { provider = \"postgresql\" }\n" + text}});
  for (const schema::Diagnostic& diagnostic : checked.diagnostics)
    ADD_FAILURE() << diagnostic.message;
  return checked.schema;
}

// A store over a fresh database with the schema's tables.
struct Fixture {
  explicit Fixture(const std::string& text, PostgresOptions options_ = {})
      : schema(load(text)), options(std::move(options_)) {
    options.url = Server::instance().make_database();
    store = std::make_unique<PostgresStore>(options, std::vector<Executor>());
    const auto made = run(store->execute(render_database(*schema), soon()));
    EXPECT_TRUE(made) << made.error().log_text;
  }

  [[nodiscard]] int model(const std::string& name) const { return schema->model_by_name.at(name); }
  [[nodiscard]] int field(const std::string& of, const std::string& name) const {
    return schema->models[model(of)].field_by_name.at(name);
  }
  [[nodiscard]] Expr column(const std::string& of, const std::string& name) const {
    const schema::Field& stored = schema->models[model(of)].fields[field(of, name)];
    Expr expr = make_column(field(of, name), field_type(stored));
    expr.enum_index = stored.enum_index;
    expr.is_list = stored.is_list;
    return expr;
  }
  [[nodiscard]] Level level(const std::string& of, const std::vector<std::string>& names) const {
    Level made;
    made.model = model(of);
    for (const std::string& name : names) made.outputs.push_back({column(of, name)});
    return made;
  }
  result<WriteResult> insert(const std::string& into, const std::vector<std::string>& names,
                             const std::vector<Value>& cells) {
    Program program;
    program.schema = schema;
    Step step;
    step.model = model(into);
    for (const std::string& name : names) step.fields.push_back(field(into, name));
    step.block = 0;
    program.steps.push_back(std::move(step));
    program.returning_step = 0;
    Params params;
    params.blocks.push_back({static_cast<uint32_t>(cells.size() / names.size()), cells});
    return run(store->write(program, params, soon()));
  }
  result<Rows> read(Level root, Params params = {}, Deadline deadline = soon()) {
    Query query;
    query.schema = schema;
    query.root = std::move(root);
    return run(store->read(query, params, deadline));
  }

  std::shared_ptr<const schema::Schema> schema;
  PostgresOptions options;
  std::unique_ptr<PostgresStore> store;
};

std::string show(const Level& level, const Batch& batch) {
  std::string out;
  for (uint32_t row = 0; row < batch.rows; ++row) {
    out += '[';
    for (uint32_t i = 0; i < batch.columns; ++i) {
      const Value cell = batch.row(row)[i];
      if (i > 0) out += ' ';
      if (cell.is_null())
        out += "null";
      else if (i < level.outputs.size())
        append_text_value(out, cell, level.outputs[i].expr.type, {});
      else
        out += show(level.embeds[i - level.outputs.size()].level, *cell.as_rows());
    }
    out += ']';
  }
  return out;
}

constexpr const char* blog = R"(
model User { id Int @id @default(autoincrement()) email String @unique posts Post[] }
model Post { id Int @id title String authorId Int author User @relation(fields: [authorId], references: [id]) }
)";

TEST(PostgresStore, CarriesEveryType) {
  Fixture f(R"(
enum Mood { SAD HAPPY @map("very happy") @@map("moods") }
model T {
  id Int @id
  s String? v String? @db.VarChar(10) u String? @db.Uuid ip String? @db.Inet
  b Boolean? i2 Int? @db.SmallInt i8 BigInt? f4 Float? @db.Real f8 Float?
  d Decimal? d2 Decimal? @db.Decimal(10, 2)
  ts DateTime? tz DateTime? @db.Timestamptz da DateTime? @db.Date ti DateTime? @db.Time
  j Json? jj Json? @db.Json by Bytes? m Mood?
  ns Int[] ts2 String[] ms Mood[]
})");
  const std::vector<std::string> names = {"id", "s",  "v",  "u",  "ip", "b",   "i2", "i8",
                                          "f4", "f8", "d",  "d2", "ts", "tz",  "da", "ti",
                                          "j",  "jj", "by", "m",  "ns", "ts2", "ms"};
  const std::vector<Value> numbers = {Value::integer(1), Value(), Value::integer(-3)};
  const std::vector<Value> texts = {Value::text("a,b"), Value::text("")};
  const std::vector<Value> moods = {Value::text("very happy")};
  const std::string zero("\0\1x", 3);
  const std::vector<Value> cells = {Value::integer(1),
                                    Value::text("ä\"'"),
                                    Value::text("v"),
                                    Value::text("01020304-0506-0708-090a-0b0c0d0e0f10"),
                                    Value::text("10.0.0.1"),
                                    Value::boolean(true),
                                    Value::integer(-7),
                                    Value::integer(INT64_MAX),
                                    Value::floating(0.5),
                                    Value::floating(1e300),
                                    Value::numeric("-12345.678"),
                                    Value::numeric("1.50"),
                                    Value::timestamp(1'704'067'200'123'000),
                                    Value::timestamp(-1),
                                    Value::date(19'000),
                                    Value::time(3'600'000'001),
                                    Value::json("{\"a\": [1, null]}"),
                                    Value::json("{\"b\":1}"),
                                    Value::bytes(zero),
                                    Value::text("very happy"),
                                    Value::list(numbers),
                                    Value::list(texts),
                                    Value::list(moods)};
  const auto written = f.insert("T", names, cells);
  ASSERT_TRUE(written) << written.error().log_text;
  const Level level = f.level("T", names);
  const auto rows = f.read(level);
  ASSERT_TRUE(rows) << rows.error().log_text;
  EXPECT_EQ(show(level, rows->batch),
            "[1 ä\"' v 01020304-0506-0708-090a-0b0c0d0e0f10 10.0.0.1 t -7 9223372036854775807 0.5 "
            "1e+300 -12345.678 1.50 2024-01-01 00:00:00.123 1969-12-31 23:59:59.999999+00 "
            "2022-01-08 01:00:00.000001 {\"a\": [1, null]} {\"b\":1} \\x000178 very happy "
            "{1,NULL,-3} {\"a,b\",\"\"} {\"very happy\"}]");
  // All of them as parameters of a comparison, lists among them.
  std::vector<Expr> equal;
  Params params;
  for (size_t i = 0; i < names.size(); ++i) {
    Expr column = f.column("T", names[i]);
    Expr param = make_param(static_cast<int>(i), column.type);
    param.enum_index = column.enum_index;
    param.is_list = column.is_list;
    if (column.type != Type::json) equal.push_back(make_binary(Op::eq, column, param));
    params.values.push_back(cells[i]);
  }
  Level same = f.level("T", {"id"});
  same.where = make_and(std::move(equal));
  const auto found = f.read(same, std::move(params));
  ASSERT_TRUE(found) << found.error().log_text;
  EXPECT_EQ(show(same, found->batch), "[1]");
}

TEST(PostgresStore, ReadsRowsWithinRows) {
  Fixture f(blog);
  ASSERT_TRUE(f.insert("User", {"email"}, {Value::text("a"), Value::text("b")}));
  ASSERT_TRUE(f.insert("Post", {"id", "title", "authorId"},
                       {Value::integer(1), Value::text("x"), Value::integer(1), Value::integer(2),
                        Value::text("y"), Value::integer(1)}));
  Level users = f.level("User", {"id", "email"});
  users.order.push_back({f.column("User", "id")});
  const int relation = f.schema->models[f.model("User")].fields[f.field("User", "posts")].relation;
  Embed posts{{relation, 1, -1, 0}, false, f.level("Post", {"title"}), {}, {}};
  posts.level.order.push_back({f.column("Post", "id"), true, true});
  posts.level.embeds.push_back({{relation, 0, -1, 0}, true, f.level("User", {"email"}), {}, {}});
  users.embeds.push_back(posts);
  const auto rows = f.read(users);
  ASSERT_TRUE(rows) << rows.error().log_text;
  EXPECT_EQ(show(users, rows->batch), "[1 a [y [a]][x [a]]][2 b ]");
}

TEST(PostgresStore, NamesConstraintsAndColumnsInErrors) {
  Fixture f(blog);
  ASSERT_TRUE(f.insert("User", {"email"}, {Value::text("a")}));
  const auto twice = f.insert("User", {"email"}, {Value::text("a")});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, ErrorCode::unique_violation);
  EXPECT_EQ(twice.error().message,
            "duplicate key value violates unique constraint \"User_email_key\"");
  EXPECT_EQ(twice.error().details, "Key (email)=(a) already exists.");
  const auto orphan = f.insert("Post", {"id", "title", "authorId"},
                               {Value::integer(1), Value::text("x"), Value::integer(9)});
  ASSERT_FALSE(orphan);
  EXPECT_EQ(orphan.error().code, ErrorCode::foreign_key_violation);
  EXPECT_EQ(orphan.error().message,
            "insert or update on table \"Post\" violates foreign key constraint "
            "\"Post_authorId_fkey\"");
  EXPECT_EQ(orphan.error().details, "Key (authorId)=(9) is not present in table \"User\".");
  const auto empty = f.insert("User", {"email"}, {Value()});
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().message,
            "null value in column \"email\" of relation \"User\" violates not-null constraint");
  EXPECT_EQ(empty.error().details, "");
}

TEST(PostgresStore, LaterStepsUseKeysThatEarlierOnesMade) {
  Fixture f(blog);
  Program program;
  program.schema = f.schema;
  Step user;
  user.model = f.model("User");
  user.fields = {f.field("User", "email")};
  user.block = 0;
  Step post;
  post.model = f.model("Post");
  post.fields = {f.field("Post", "id"), f.field("Post", "title"), f.field("Post", "authorId")};
  post.block = 1;
  program.steps = {user, post};
  program.returning_step = 1;
  program.returning = f.level("Post", {"id", "authorId"});
  const std::vector<Value> emails = {Value::text("a"), Value::text("b")};
  const auto id = static_cast<uint32_t>(f.field("User", "id"));
  const std::vector<Value> posts = {Value::integer(7),          Value::text("x"),
                                    Value::reference(0, 1, id), Value::integer(3),
                                    Value::text("y"),           Value::reference(0, 0, id)};
  Params params;
  params.blocks = {{2, emails}, {2, posts}};
  const auto written = run(f.store->write(program, params, soon()));
  ASSERT_TRUE(written) << written.error().log_text;
  EXPECT_EQ(written->affected, 2);
  EXPECT_EQ(show(*program.returning, written->rows.batch), "[7 2][3 1]");
  // What fails leaves nothing behind, and the connection is fit for more.
  const auto again = run(f.store->write(program, params, soon()));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::unique_violation);
  program.rollback = true;
  const std::vector<Value> others = {Value::text("c"), Value::text("d")};
  params.blocks[0].cells = others;
  std::vector<Value> new_posts = posts;
  new_posts[0] = Value::integer(17);
  new_posts[3] = Value::integer(13);
  params.blocks[1].cells = new_posts;
  const auto undone = run(f.store->write(program, params, soon()));
  ASSERT_TRUE(undone) << undone.error().log_text;
  EXPECT_EQ(undone->rows.batch.rows, 2U);
  EXPECT_EQ(f.read(f.level("User", {"id"}))->batch.rows, 2U);
}

TEST(PostgresStore, HonoursForbidFindAndCheck) {
  Fixture f(blog);
  ASSERT_TRUE(f.insert("User", {"email"}, {Value::text("a")}));
  const auto email_is = [&](int param) {
    return make_binary(Op::eq, f.column("User", "email"), make_param(param, Type::text));
  };
  Step update;
  update.kind = StepKind::update;
  update.model = f.model("User");
  update.fields = {f.field("User", "email")};
  update.values = {make_param(1, Type::text)};
  update.where = email_is(0);
  Step guard;
  guard.kind = StepKind::forbid;
  guard.model = update.model;
  guard.where = email_is(0);
  guard.error = Error(ErrorCode::permission_denied, "not this row");
  Params params;
  params.values = {Value::text("a"), Value::text("b")};
  const auto write = [&](std::vector<Step> steps, int returning) {
    Program program;
    program.schema = f.schema;
    program.steps = std::move(steps);
    program.returning_step = returning;
    return run(f.store->write(program, params, soon()));
  };
  const Level emails = f.level("User", {"email"});
  const auto stored = [&] { return show(emails, f.read(emails)->batch); };
  // Before the write and after it: either way nothing of it stays.
  for (const bool first : {true, false}) {
    guard.where = email_is(first ? 0 : 1);
    const auto refused = first ? write({guard, update}, 1) : write({update, guard}, 0);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, "not this row");
    EXPECT_EQ(stored(), "[a]");
  }
  Step check = guard;
  check.kind = StepKind::check;
  check.of = 0;
  check.where = email_is(0);
  const auto unchecked = write({update, check}, 0);
  ASSERT_FALSE(unchecked);
  EXPECT_EQ(unchecked.error().message, "not this row");
  EXPECT_EQ(stored(), "[a]");
  Step find = guard;
  find.kind = StepKind::find;
  find.where = email_is(1);
  ASSERT_FALSE(write({find, update}, 1));
  find.if_none = IfNone::stop;
  const auto stopped = write({find, update}, 1);
  ASSERT_TRUE(stopped) << stopped.error().log_text;
  EXPECT_EQ(stopped->affected, 0);
  EXPECT_EQ(stored(), "[a]");
  guard.where = email_is(1);
  const auto allowed = write({guard, update}, 1);
  ASSERT_TRUE(allowed) << allowed.error().log_text;
  EXPECT_EQ(stored(), "[b]");
}

TEST(PostgresStore, ChecksNewRowsAndOldOnes) {
  Fixture f(blog);
  ASSERT_TRUE(f.insert("User", {"email"}, {Value::text("a")}));
  const int email = f.field("User", "email");
  Step update;
  update.kind = StepKind::update;
  update.model = f.model("User");
  update.fields = {email};
  update.values = {make_param(1, Type::text)};
  Step check;
  check.kind = StepKind::check;
  check.model = update.model;
  check.error = Error(ErrorCode::permission_denied, "not this row");
  const std::vector<Value> cells = {Value::text("c")};
  Params params;
  params.values = {Value::text("a"), Value::text("b")};
  params.blocks = {RowBlock{1, cells}};
  const auto message = [&](std::vector<Step> steps, int returning) {
    Program program;
    program.schema = f.schema;
    program.steps = std::move(steps);
    program.returning_step = returning;
    program.rollback = true;
    const auto written = run(f.store->write(program, params, soon()));
    return written ? std::string("written") : written.error().message + written.error().log_text;
  };
  // The new rows before they are written.
  check.rows = CheckRows::given;
  check.fields = {email};
  check.block = 0;
  for (const int param : {0, 1}) {
    check.where = make_binary(Op::ne, f.column("User", "email"), make_param(param, Type::text));
    params.values[0] = Value::text(param == 0 ? "c" : "a");
    EXPECT_EQ(message({check, update}, 1), param == 0 ? "not this row" : "written");
  }
  // The old ones after.
  check.rows = CheckRows::written;
  check.of = 0;
  check.where = f.column("User", "email");
  check.where->op = Op::before;
  for (const Op op : {Op::is_null, Op::is_not_null}) {
    Step of_old = check;
    of_old.where = make_unary(op, *check.where);
    EXPECT_EQ(message({update, of_old}, 0), op == Op::is_null ? "not this row" : "written");
  }
}

TEST(PostgresStore, StopsAStatementAtItsDeadline) {
  Fixture f(blog);
  const auto started = Deadline::clock::now();
  const auto slept = run(f.store->execute(std::vector<std::string>{"SELECT pg_sleep(60)"},
                                          started + std::chrono::milliseconds(200)));
  ASSERT_FALSE(slept);
  EXPECT_EQ(slept.error().code, ErrorCode::query_canceled);
  EXPECT_LT(Deadline::clock::now() - started, std::chrono::seconds(20));
  ASSERT_TRUE(run(f.store->ping(soon())));
  // The server has stopped it, and not only the caller.
  Server& server = Server::instance();
  const std::string sleeping =
      "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE "
      "'SELECT pg_sleep%'";
  while (server.run(server.url("postgres"), sleeping) != "0") {
    ASSERT_LT(Deadline::clock::now() - started, std::chrono::seconds(50));
  }
}

TEST(PostgresStore, ComesBackAfterItsSessionsWereEnded) {
  Fixture f(blog);
  ASSERT_TRUE(f.insert("User", {"email"}, {Value::text("a")}));
  Server::instance().drop_sessions();
  const Level level = f.level("User", {"email"});
  const auto rows = f.read(level);
  ASSERT_TRUE(rows) << rows.error().log_text;
  EXPECT_EQ(show(level, rows->batch), "[a]");
  Server::instance().restart();
  const auto later = f.read(level);
  ASSERT_TRUE(later) << later.error().log_text;
  EXPECT_EQ(show(level, later->batch), "[a]");
}

TEST(PostgresStore, GivesUpOnADatabaseThatIsNotThere) {
  PostgresOptions options;
  options.url = "postgresql://nobody@127.0.0.1:1/none?password=secret";
  options.wait_max = std::chrono::milliseconds(300);
  PostgresStore store(options, {});
  const auto answered = run(store.ping(soon()));
  ASSERT_FALSE(answered);
  EXPECT_EQ(answered.error().code, ErrorCode::connection_failed);
  EXPECT_EQ(answered.error().message, "Database connection error.");
}

// Many at once on few connections, each with its own answer.
task<int> ask_many(PostgresStore& store, const Query& query, int count) {
  int wrong = 0;
  for (int i = 0; i < count; ++i) {
    Params params;
    params.values.push_back(Value::integer(i));
    const auto rows = co_await store.read(query, params, soon());
    const bool right = rows && rows->batch.rows == 1 && rows->batch.row(0)[0].as_integer() == i;
    if (!right) ++wrong;
  }
  co_return wrong;
}

TEST(PostgresStore, AnswersManyAtOnceInOrder) {
  PostgresOptions options;
  options.connections = 2;
  Fixture f(blog, options);
  ASSERT_TRUE(f.insert("User", {"email"}, {Value::text("a")}));
  Query query;
  query.id = 1;
  query.schema = f.schema;
  query.root.model = f.model("User");
  query.root.outputs.push_back({make_param(0, Type::int8)});
  boost::asio::io_context context;
  int wrong = 0;
  for (int i = 0; i < 50; ++i)
    boost::asio::co_spawn(context, ask_many(*f.store, query, 20),
                          [&](std::exception_ptr, int more) { wrong += more; });
  context.run();
  EXPECT_EQ(wrong, 0);
}

TEST(PostgresStore, SmallReadsDoNotWaitForLongOnes) {
  PostgresOptions options;
  options.connections = 2;
  Fixture f(blog, options);
  ASSERT_TRUE(f.insert("User", {"email"}, {Value::text("a")}));
  Query query;
  query.id = 1;
  query.schema = f.schema;
  query.root.model = f.model("User");
  query.root.outputs.push_back({make_param(0, Type::int8)});
  query.cost = Cost::small;
  boost::asio::io_context context;
  bool slept = false;
  boost::asio::co_spawn(context,
                        f.store->execute(std::vector<std::string>{"SELECT pg_sleep(60)"}, soon()),
                        [&](const std::exception_ptr&, const result<void>&) { slept = true; });
  int ended = 0;
  for (int i = 0; i < 30; ++i)
    boost::asio::co_spawn(context, ask_many(*f.store, query, 5),
                          [&](std::exception_ptr, int wrong) {
                            EXPECT_EQ(wrong, 0);
                            ++ended;
                          });
  while (ended < 30) context.run_one();
  EXPECT_FALSE(slept);
  Server& server = Server::instance();
  const std::string stop =
      "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE state = 'active' AND query "
      "LIKE 'SELECT pg_sleep%'";
  while (!slept && server.run(server.url("postgres"), stop) == "0")
    ;
  context.run();
}

TEST(PostgresStore, RepeatsWhatTheServerCouldNotSerialise) {
  Fixture f(R"(model Counter { id Int @id n Int })");
  ASSERT_TRUE(f.insert("Counter", {"id", "n"}, {Value::integer(1), Value::integer(0)}));
  // Both read the row before either writes it: a find, then an update in the same transaction.
  Program program;
  program.schema = f.schema;
  Step find;
  find.kind = StepKind::find;
  find.model = f.model("Counter");
  Step update;
  update.kind = StepKind::update;
  update.model = find.model;
  update.fields = {f.field("Counter", "n")};
  update.values = {make_param(0, Type::int4)};
  program.steps = {find, update};
  program.returning_step = 1;
  boost::asio::io_context context;
  int done = 0;
  Params params;
  params.values.push_back(Value::integer(5));
  for (int i = 0; i < 8; ++i)
    boost::asio::co_spawn(context, f.store->write(program, params, soon()),
                          [&](std::exception_ptr, const result<WriteResult>& written) {
                            EXPECT_TRUE(written) << written.error().log_text;
                            done += written ? 1 : 0;
                          });
  context.run();
  EXPECT_EQ(done, 8);
}

// Prepares nothing and asks nothing of a session but its time zone.
TEST(PostgresStore, WorksBehindAPoolerOfTransactions) {
  PostgresOptions options;
  options.connections = 1;
  options.pooler = Pooler::transactions;
  Fixture f(blog, options);
  ASSERT_TRUE(f.insert("User", {"email"}, {Value::text("a"), Value::text("b")}));
  ASSERT_FALSE(f.insert("User", {"email"}, {Value::text("a")}));
  Query query;
  query.id = 1;
  query.schema = f.schema;
  query.root = f.level("User", {"email"});
  query.root.order.push_back({f.column("User", "id")});
  query.count = true;
  for (int i = 0; i < 2; ++i) {
    const auto rows = run(f.store->read(query, {}, soon()));
    ASSERT_TRUE(rows) << rows.error().log_text;
    EXPECT_EQ(show(query.root, rows->batch), "[a][b]");
    EXPECT_EQ(rows->total, 2);
  }
  const auto none = run(f.store->execute(
      {"SELECT 1 / (count(*) = 0)::int FROM pg_prepared_statements",
       "SELECT 1 / (current_setting('transaction_isolation') = 'read committed')::int"},
      soon()));
  EXPECT_TRUE(none) << none.error().log_text;
}

// A client that leaves while its write waits for a lock: nothing of it happens, and the next one
// doesn't find itself in its transaction.
TEST(PostgresStore, LeavesNoTransactionBehindWhenItIsCancelled) {
  PostgresOptions options;
  options.connections = 1;
  Fixture f(blog, options);
  ASSERT_TRUE(f.insert("User", {"email"}, {Value::text("a")}));
  const auto other = Session::open(f.options);
  ASSERT_TRUE(other);
  ASSERT_TRUE((*other)->execute("BEGIN"));
  ASSERT_TRUE((*other)->execute("UPDATE \"User\" SET email = 'b'"));
  Program program;
  program.schema = f.schema;
  Step update;
  update.kind = StepKind::update;
  update.model = f.model("User");
  update.fields = {f.field("User", "email")};
  update.values = {make_param(0, Type::text)};
  update.rows_max = 5;
  program.steps = {update};
  program.returning_step = 0;
  Params params;
  params.values.push_back(Value::text("c"));
  boost::asio::io_context context;
  boost::asio::cancellation_signal leave;
  bool ended = false;
  boost::asio::co_spawn(
      context, f.store->write(program, params, soon()),
      boost::asio::bind_cancellation_slot(
          leave.slot(), [&](const std::exception_ptr& failure, const result<WriteResult>& written) {
            ended = true;
            EXPECT_TRUE(failure != nullptr || !written);
          }));
  Server& server = Server::instance();
  const std::string waiting =
      "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
  do context.poll();
  while (server.run(f.options.url, waiting) == "0");
  leave.emit(boost::asio::cancellation_type::terminal);
  context.restart();
  context.run();
  EXPECT_TRUE(ended);
  ASSERT_TRUE((*other)->execute("ROLLBACK"));
  ASSERT_TRUE(f.insert("User", {"email"}, {Value::text("d")}));
  EXPECT_EQ(server.run(f.options.url, "SELECT string_agg(email, '' ORDER BY id) FROM \"User\""),
            "ad");
}

}  // namespace
}  // namespace trivet::store::postgres
