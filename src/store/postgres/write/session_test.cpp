// Settings of one transaction, on a connection that others share: nobody has another's role, rows or settings.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <map>
#include <optional>

#include "schema/schema.h"
#include "store/postgres/postgres_store.h"
#include "store/postgres/testing/server.h"

namespace trivet::store::postgres {
namespace {

using testing::Server;

Deadline soon() { return Deadline::clock::now() + std::chrono::seconds(60); }

// Every note has one owner, who sees it; `seen` is who the server says that asks.
constexpr const char* tables = R"(
DO $$BEGIN
  IF to_regrole('ann') IS NULL THEN CREATE ROLE ann; CREATE ROLE bob; CREATE ROLE gate LOGIN; GRANT ann, bob TO gate;
  END IF;
END$$;
CREATE TABLE "Note" (id int PRIMARY KEY, owner text NOT NULL);
ALTER TABLE "Note" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Note" USING (owner = current_user) WITH CHECK (owner = current_user);
GRANT ALL ON "Note" TO ann, bob;
CREATE VIEW "Seen" AS SELECT 1 AS id, current_user::text AS role, coalesce(current_setting('request.jwt.claims', true), '') AS claims;
GRANT SELECT ON "Seen" TO PUBLIC;
INSERT INTO "Note" SELECT n, (ARRAY['ann', 'bob'])[n % 2 + 1] FROM generate_series(1, 20) n;
)";

constexpr const char* models = R"(datasource db { provider = "postgresql" }
model Note { id Int @id owner String }
model Seen { id Int @id role String claims String }
)";

Settings as(const std::string& role, const std::string& claims = "{}") {
  return {{"role", role}, {"request.jwt.claims", claims}};
}

struct Fixture {
  explicit Fixture(PostgresOptions options = {}) {
    schema = schema::check_schema({{"schema.zmodel", models}}).schema;
    url = Server::instance().make_database();
    Server::instance().run(url, tables);
    options.url = url + " user=gate";
    options.connections = 1;
    store = std::make_unique<PostgresStore>(options, std::vector<Executor>{context.get_executor()});
  }
  ~Fixture() {
    store->close_loop(0);
    context.restart();
    context.run();
  }
  [[nodiscard]] Query query(int model) const {
    Query made;
    made.schema = schema;
    made.id = static_cast<uint64_t>(model) + 1;
    made.root.model = model;
    for (const int field : schema->models[model].columns)
      made.root.outputs.push_back(
          {make_column(field, field_type(schema->models[model].fields[field]))});
    return made;
  }
  template <class T>
  T run(task<T> work) {
    std::optional<T> value;
    boost::asio::co_spawn(context, std::move(work), [&](std::exception_ptr failure, T done) {
      if (failure) std::rethrow_exception(failure);
      value.emplace(std::move(done));
      context.stop();
    });
    context.restart();
    context.run();
    return std::move(*value);
  }
  result<WriteResult> insert(Settings settings, std::vector<Value> cells) {
    Program program;
    program.schema = schema;
    Step step;
    step.model = 0;
    step.fields = {0, 1};
    step.block = 0;
    program.steps.push_back(std::move(step));
    program.returning_step = 0;
    Params params;
    params.blocks.push_back({static_cast<uint32_t>(cells.size() / 2), cells});
    session = {std::move(settings)};
    return run(store->write_as(session, program, params, soon()));
  }

  std::string url;  // as its owner
  boost::asio::io_context context{1};
  std::shared_ptr<const schema::Schema> schema;
  std::unique_ptr<PostgresStore> store;
  CallerSession session;  // of the last insert
};

std::string text_of(Value value) { return std::string(value.as_text()); }

// Asks as `role` once; what it got is counted under what it should be.
task<void> ask(Fixture& f, int number, std::map<std::string, int>& seen) {
  const std::string role = number % 3 == 0 ? "ann" : number % 3 == 1 ? "bob" : "nobody";
  const std::string claims = "{\"n\":" + std::to_string(number) + "}";
  CallerSession settings{as(role, claims)};
  const Params params;
  const Query who = f.query(1);
  const result<Rows> me = co_await f.store->read_as(settings, who, params, soon());
  if (role == "nobody") {
    ++seen[me ? "a role that isn't there was taken" : "refused"];
    co_return;
  }
  const bool mine = me && me->batch.rows == 1 && text_of(me->batch.row(0)[1]) == role &&
                    text_of(me->batch.row(0)[2]) == claims;
  ++seen[mine ? "me" : "somebody else"];
  const Query notes = f.query(0);
  const result<Rows> rows = co_await f.store->read_as(settings, notes, params, soon());
  bool own = rows && rows->batch.rows == 10;
  for (uint32_t i = 0; own && i < rows->batch.rows; ++i)
    own = text_of(rows->batch.row(i)[1]) == role;
  ++seen[own ? "own rows" : "other rows"];
}

void ask_all(Fixture& f) {
  constexpr int number_of_callers = 150;
  std::map<std::string, int> seen;
  int left = number_of_callers;
  f.context.restart();
  for (int i = 0; i < number_of_callers; ++i)
    boost::asio::co_spawn(f.context, ask(f, i, seen), [&](const std::exception_ptr&) {
      if (--left == 0) f.context.stop();
    });
  f.context.run();
  EXPECT_EQ(seen, (std::map<std::string, int>{{"me", 100}, {"own rows", 100}, {"refused", 50}}));
}

// One connection, everything under way at once; a third of it fails.
TEST(PostgresSession, IsOfOneTransactionOnSharedConnections) {
  Fixture f;
  ask_all(f);
  const Query who = f.query(1);
  const result<Rows> after = f.run(f.store->read(who, {}, soon()));
  ASSERT_TRUE(after) << after.error().log_text;
  EXPECT_EQ(text_of(after->batch.row(0)[1]), "gate");
  EXPECT_EQ(text_of(after->batch.row(0)[2]), "");
}

TEST(PostgresSession, IsOfOneTransactionBehindAPooler) {
  PostgresOptions options;
  options.pooler = Pooler::transactions;
  Fixture f(options);
  ask_all(f);
}

TEST(PostgresSession, WritesUnderTheServersRules) {
  Fixture f;
  const result<WriteResult> own = f.insert(as("ann"), {Value::integer(31), Value::text("ann")});
  ASSERT_TRUE(own) << own.error().log_text;
  EXPECT_EQ(own->affected, 1);
  const result<WriteResult> others = f.insert(as("ann"), {Value::integer(32), Value::text("bob")});
  ASSERT_FALSE(others);
  EXPECT_EQ(others.error().code, ErrorCode::permission_denied);
  EXPECT_NE(others.error().log_text.find("row-level security"), std::string::npos);
  ASSERT_TRUE(f.session.refusal);
  EXPECT_EQ(f.session.refusal->state, "42501");
  EXPECT_EQ(f.session.refusal->message, "new row violates row-level security policy for table \"Note\"");
  const result<WriteResult> nobody = f.insert(as("nobody"), {Value::integer(33), Value::text("bob")});
  ASSERT_FALSE(nobody);
  EXPECT_NE(nobody.error().log_text.find("role \"nobody\" does not exist"), std::string::npos)
      << nobody.error().log_text;
  const Query notes = f.query(0);
  CallerSession ann{as("ann")};
  const result<Rows> rows = f.run(f.store->read_as(ann, notes, {}, soon()));
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->batch.rows, 11);
}

// It sees who asks, refuses in its own words, and writes nothing where a read may not.
TEST(PostgresSession, BeginsWithTheFunctionBeforeRequests) {
  PostgresOptions options;
  options.pre_request = "public.\"Gate\"";
  Fixture f(options);
  Server::instance().run(f.url, R"(CREATE FUNCTION "Gate"() RETURNS void LANGUAGE plpgsql AS $$BEGIN
      IF current_user = 'bob' THEN RAISE SQLSTATE 'PT402' USING MESSAGE = 'bob has to pay'; END IF;
      PERFORM set_config('request.jwt.claims', 'seen ' || current_user, true);
    END$$)");
  const Query who = f.query(1);
  CallerSession ann{as("ann")};
  const result<Rows> rows = f.run(f.store->read_as(ann, who, {}, soon()));
  ASSERT_TRUE(rows) << rows.error().log_text;
  EXPECT_EQ(text_of(rows->batch.row(0)[2]), "seen ann");
  CallerSession bob{as("bob")};
  const result<Rows> refused = f.run(f.store->read_as(bob, who, {}, soon()));
  ASSERT_FALSE(refused);
  ASSERT_TRUE(bob.refusal);
  EXPECT_EQ(bob.refusal->state, "PT402");
  EXPECT_EQ(bob.refusal->message, "bob has to pay");
  EXPECT_FALSE(f.insert(as("bob"), {Value::integer(40), Value::text("bob")}));
  EXPECT_TRUE(f.insert(as("ann"), {Value::integer(41), Value::text("ann")}));
}

// The server writes such a function into the plan, and looks at who may call it when it makes the plan alone.
TEST(PostgresSession, HasPlansOfItsOwnRole) {
  Fixture f;
  Server::instance().run(f.url, R"(
    CREATE FUNCTION "onlyAnn"() RETURNS text STABLE LANGUAGE sql AS $$SELECT 'for ann'::text$$;
    REVOKE EXECUTE ON FUNCTION "onlyAnn"() FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION "onlyAnn"() TO ann;
    DROP VIEW "Seen";
    CREATE VIEW "Seen" WITH (security_invoker) AS SELECT 1 AS id, "onlyAnn"() AS role, ''::text AS claims;
    GRANT SELECT ON "Seen" TO PUBLIC)");
  const Query query = f.query(1);
  for (const char* role : {"ann", "bob", "ann", "bob"}) {
    CallerSession session{as(role)};
    const result<Rows> rows = f.run(f.store->read_as(session, query, {}, soon()));
    EXPECT_EQ(rows.has_value(), std::string(role) == "ann") << role;
    if (!rows) {
      ASSERT_TRUE(session.refusal);
      EXPECT_EQ(session.refusal->message, "permission denied for function onlyAnn");
    }
  }
}

// A role is a value: nothing of it is read as SQL, and the login takes only those that were granted to it.
TEST(PostgresSession, TakesOnlyRolesThatWereGranted) {
  Fixture f;
  const Query who = f.query(1);
  for (const char* role : {"postgres", "none", "ann; SET ROLE bob", "", "'ann'"}) {
    CallerSession settings{as(role)};
    const result<Rows> rows = f.run(f.store->read_as(settings, who, {}, soon()));
    EXPECT_FALSE(rows) << role;
  }
}

}  // namespace
}  // namespace trivet::store::postgres
