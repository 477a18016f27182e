#include "engine/call/procedures.h"

#include <gtest/gtest.h>

namespace trivet::engine {
namespace {

class ListStore final : public store::ProcedureStore {
 public:
  [[nodiscard]] std::shared_ptr<const store::ProcedureList> procedures() const override { return list_; }
  task<result<store::CallAnswer>> call(const store::Call&, store::Deadline) override {
    co_return store::CallAnswer();
  }

 private:
  std::shared_ptr<const store::ProcedureList> list_ = std::make_shared<const store::ProcedureList>(
      store::ProcedureList{{.schema = "public", .name = "sum"},
                           {.schema = "public", .name = "sum"},
                           {.schema = "public", .name = "report"},
                           {.schema = "public", .name = "close"},
                           {.schema = "public", .name = "full_name", .volatility = store::Volatility::stable,
                            .shape = store::ResultShape::value, .value_type = "text", .row_of = "people"},
                           {.schema = "public", .name = "touch", .shape = store::ResultShape::value, .row_of = "people"},
                           {.schema = "public", .name = "unopened"}});
};

size_t found(std::string_view name, Role role) {
  ListStore store;
  const auto open = parse_open_procedures({"sum", "report: authenticated", " close :service_role", "gone"});
  const Procedures procedures(&store, open.value());
  Identity identity;
  identity.role = role;
  return procedures.find(name, identity).procedures.size();
}

TEST(Procedures, AreClosedUntilOpenedByName) {
  EXPECT_EQ(found("unopened", Role::service), 0U);
  EXPECT_EQ(found("gone", Role::service), 0U);
  EXPECT_EQ(found("sum", Role::anon), 2U);
  EXPECT_EQ(Procedures(nullptr, {{"sum", Role::anon}}).find("sum", {}).procedures.size(), 0U);
}

TEST(Procedures, AskForTheRoleOfTheirEntry) {
  EXPECT_EQ(found("report", Role::anon), 0U);
  EXPECT_EQ(found("report", Role::authenticated), 1U);
  EXPECT_EQ(found("report", Role::service), 1U);
  EXPECT_EQ(found("close", Role::authenticated), 0U);
  EXPECT_EQ(found("close", Role::service), 1U);
}

TEST(Procedures, OfOneRowAreFieldsOfItsTable) {
  ListStore store;
  const auto open = parse_open_procedures({"full_name: authenticated", "touch", "sum"});
  const Procedures procedures(&store, open.value());
  Identity identity;
  identity.role = Role::authenticated;
  EXPECT_EQ(procedures.find_computed("people", "full_name", identity)->type, "text");
  EXPECT_FALSE(procedures.find_computed("places", "full_name", identity));
  EXPECT_FALSE(procedures.find_computed("people", "full_name", {}));
  EXPECT_FALSE(procedures.find_computed("people", "touch", identity)) << "it may write";
  EXPECT_FALSE(procedures.find_computed("", "sum", identity));
}

class PlacedStore final : public store::ProcedureStore {
 public:
  [[nodiscard]] std::shared_ptr<const store::ProcedureList> procedures() const override { return list_; }
  task<result<store::CallAnswer>> call(const store::Call&, store::Deadline) override { co_return store::CallAnswer(); }

 private:
  using enum store::ResultShape;
  static store::Procedure of_row(std::string schema, std::string name, store::ResultShape shape, std::string relation,
                                 double rows_expected) {
    store::Procedure made{.schema = schema, .place = schema, .name = std::move(name), .volatility = store::Volatility::stable};
    made.shape = shape;
    made.relation = std::move(relation);
    made.rows_expected = rows_expected;
    made.row_of = "films";
    return made;
  }
  std::shared_ptr<const store::ProcedureList> list_ = std::make_shared<const store::ProcedureList>(store::ProcedureList{
      of_row("api", "many", rows, "actors", 1000), of_row("api", "one", rows, "actors", 1), of_row("api", "single", row, "actors", 0),
      of_row("other", "many", rows, "people", 1000), of_row("api", "plain", value, "", 0), of_row("api", "closed", rows, "actors", 1)});
};

TEST(Procedures, OfSeveralSchemasAreOpenedInTheirs) {
  PlacedStore store;
  const std::vector<std::string> schemas = {"api", "other"};
  const Procedures first(&store, parse_open_procedures({"many"}, schemas).value());
  EXPECT_EQ(first.find(schema::place_name({"api", "many"}), {}).procedures.size(), 1U);
  EXPECT_TRUE(first.find(schema::place_name({"other", "many"}), {}).procedures.empty());
  EXPECT_TRUE(first.find("many", {}).procedures.empty());
  const Procedures second(&store, parse_open_procedures({"other.many"}, schemas).value());
  EXPECT_TRUE(second.find(schema::place_name({"api", "many"}), {}).procedures.empty());
  EXPECT_EQ(second.find(schema::place_name({"other", "many"}), {}).procedures.size(), 1U);
}

TEST(Procedures, OfOneRowThatGiveRowsAreRelationships) {
  PlacedStore store;
  const Procedures procedures(&store, parse_open_procedures({"many", "one", "single", "plain"}, {"api", "other"}).value());
  const std::string films = schema::place_name({"api", "films"});
  const auto many = procedures.find_related(films, "many", {});
  ASSERT_TRUE(many);
  EXPECT_EQ(many->target, schema::place_name({"api", "actors"}));
  EXPECT_EQ(many->function, schema::place_name({"api", "many"}));
  EXPECT_FALSE(many->to_one);
  EXPECT_TRUE(procedures.find_related(films, "one", {})->to_one);
  EXPECT_TRUE(procedures.find_related(films, "single", {})->to_one);
  EXPECT_FALSE(procedures.find_related(films, "plain", {}));
  EXPECT_FALSE(procedures.find_related(films, "closed", {}));
  EXPECT_FALSE(procedures.find_related(schema::place_name({"api", "actors"}), "many", {}));
  EXPECT_FALSE(procedures.find_related(schema::place_name({"other", "films"}), "many", {}));
}

TEST(Procedures, RefuseEntriesThatSayNothing) {
  EXPECT_EQ(parse_open_procedures({"f: everybody"}).error().code, ErrorCode::bad_config);
  EXPECT_EQ(parse_open_procedures({": anon"}).error().code, ErrorCode::bad_config);
  EXPECT_TRUE(parse_open_procedures({}).value().empty());
}

}  // namespace
}  // namespace trivet::engine
