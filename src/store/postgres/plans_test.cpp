// The server's plans for our statements at a million rows: the indexes of keys serve, no table is
// read whole.
#include <gtest/gtest.h>

#include "store/postgres/layout/ddl.h"
#include "store/postgres/layout/session.h"
#include "store/postgres/testing/server.h"
#include "store/sql/render_nested.h"
#include "store/store.h"

namespace trivet::store::postgres {
namespace {

constexpr const char* text = R"(
datasource db { provider = "postgresql" }
model City { id Int @id name String population Int countryId Int
  country Country @relation(fields: [countryId], references: [id])
  @@index([countryId]) @@index([population(sort: Desc)]) }
model Country { id Int @id code String @unique cities City[] }
)";

class Plans : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto checked = schema::check_schema({{"schema.zmodel", text}});
    ASSERT_TRUE(checked.ok());
    schema_ = checked.schema;
    PostgresOptions options;
    options.url = testing::Server::instance().make_database();
    auto opened = Session::open(options);
    ASSERT_TRUE(opened);
    session_ = std::move(*opened);
    for (const std::string& statement : render_database(*schema_))
      ASSERT_TRUE(session_->execute(statement));
    // In no order of any key, as rows come in life.
    for (const char* statement :
         {"INSERT INTO \"Country\" SELECT n, 'c' || n FROM generate_series(1, 1000) n",
          "INSERT INTO \"City\" SELECT n, 'city ' || n, (n::bigint * 7919) % 1000003, 1 + n % 1000 "
          "FROM generate_series(1, 1000000) n ORDER BY (n::bigint * 104729) % 1000003",
          "VACUUM ANALYZE", "SET plan_cache_mode = force_generic_plan",
          "SET default_transaction_isolation = 'repeatable read'", "SET jit = off"})
      ASSERT_TRUE(session_->execute(statement)) << statement;
  }
  static void TearDownTestSuite() {
    session_.reset();
    schema_.reset();
  }

  static int model(const std::string& name) { return schema_->model_by_name.at(name); }
  static Expr column(const std::string& of, const std::string& name) {
    const schema::Model& owner = schema_->models[model(of)];
    const int field = owner.field_by_name.at(name);
    return make_column(field, field_type(owner.fields[field]));
  }
  static Level level(const std::string& of, const std::vector<std::string>& names) {
    Level made;
    made.model = model(of);
    for (const std::string& name : names) made.outputs.push_back({column(of, name)});
    return made;
  }
  static Embed embed(const std::string& of, const std::string& relation_field, Level inner) {
    const schema::Model& owner = schema_->models[model(of)];
    const schema::Field& field = owner.fields[owner.field_by_name.at(relation_field)];
    return {{field.relation, static_cast<uint8_t>(field.side), -1, 0},
            field.side == 0,
            std::move(inner),
            {},
            {}};
  }
  // The plan for any values, as a prepared statement comes to have.
  static std::string plan(const Level& root, const std::string& values) {
    const auto statement = sql::render_nested(*schema_, sql::postgresql_dialect(), root, {});
    EXPECT_TRUE(session_->execute("PREPARE asked AS " + statement.text)) << statement.text;
    const auto rows = session_->query("EXPLAIN EXECUTE asked(" + values + ")");
    EXPECT_TRUE(rows) << (rows ? "" : rows.error().details);
    EXPECT_TRUE(session_->execute("DEALLOCATE asked"));
    std::string lines;
    if (rows)
      for (const TextRow& row : *rows) lines += row[0] + "\n";
    return lines;
  }

  static std::shared_ptr<const schema::Schema> schema_;
  static std::unique_ptr<Session> session_;
};

std::shared_ptr<const schema::Schema> Plans::schema_;
std::unique_ptr<Session> Plans::session_;

TEST_F(Plans, ARowByItsKey) {
  Level cities = level("City", {"id", "name"});
  cities.where = make_binary(Op::eq, column("City", "id"), make_param(0, Type::int4));
  const std::string found = plan(cities, "7");
  EXPECT_EQ(found.find("Seq Scan"), std::string::npos) << found;
  EXPECT_NE(found.find("City_pkey"), std::string::npos) << found;
}

TEST_F(Plans, TheFirstRowsOfAnOrderWithTheirParents) {
  Level cities = level("City", {"name"});
  cities.order.push_back({column("City", "population"), true, true});
  cities.limit_param = 0;
  cities.embeds.push_back(embed("City", "country", level("Country", {"code"})));
  const std::string found = plan(cities, "20");
  EXPECT_EQ(found.find("Seq Scan"), std::string::npos) << found;
  EXPECT_NE(found.find("City_population_idx"), std::string::npos) << found;
  EXPECT_NE(found.find("Country_pkey"), std::string::npos) << found;
}

TEST_F(Plans, AParentByAUniqueKeyWithItsChildren) {
  Level countries = level("Country", {"code"});
  countries.where = make_binary(Op::eq, column("Country", "code"), make_param(0, Type::text));
  Level cities = level("City", {"name"});
  cities.order.push_back({column("City", "id")});
  cities.limit_param = 1;
  countries.embeds.push_back(embed("Country", "cities", std::move(cities)));
  const std::string found = plan(countries, "20, 'c7'");
  EXPECT_EQ(found.find("Seq Scan"), std::string::npos) << found;
  EXPECT_NE(found.find("Country_code_key"), std::string::npos) << found;
}

TEST_F(Plans, RowsByAListOfForeignKeys) {
  Level cities = level("City", {"name"});
  Expr any;
  any.op = Op::in;
  any.type = Type::boolean;
  any.args.push_back(column("City", "countryId"));
  any.args.push_back(make_param(0, Type::int4));
  any.args.back().is_list = true;
  cities.where = std::move(any);
  const std::string found = plan(cities, "'{3,4,5}'");
  EXPECT_EQ(found.find("Seq Scan"), std::string::npos) << found;
  EXPECT_NE(found.find("City_countryId_idx"), std::string::npos) << found;
}

}  // namespace
}  // namespace trivet::store::postgres
