#include "store/introspect/postgres/view_columns.h"

#include <gtest/gtest.h>

namespace trivet::store::introspect {
namespace {

// As PostgreSQL 15 keeps `SELECT p.id, p.name AS "a} :resno 9", p.age + 1 AS older, (SELECT 1 …)`, shortened.
constexpr std::string_view tree =
    "({QUERY :commandType 1 :rtable ({RTE :alias <> :rtekind 1 :subquery {QUERY :targetList ({TARGETENTRY :expr {VAR :varno 1} "
    ":resno 1 :resname inner :ressortgroupref 0 :resorigtbl 77 :resorigcol 7 :resjunk false})}}) :jointree {FROMEXPR :quals <>} "
    ":targetList ({TARGETENTRY :expr {VAR :varno 1 :varattno 1} :resno 1 :resname id :ressortgroupref 0 :resorigtbl 16385 "
    ":resorigcol 1 :resjunk false} {TARGETENTRY :expr {VAR :varno 1} :resno 2 :resname a\\}\\ :resno\\ 9 :ressortgroupref 0 "
    ":resorigtbl 16385 :resorigcol 3 :resjunk false} {TARGETENTRY :expr {OPEXPR :args ({VAR :varno 1} {CONST :constvalue 4 [ 1 0 ]})} "
    ":resno 3 :resname older :ressortgroupref 0 :resorigtbl 0 :resorigcol 0 :resjunk false} {TARGETENTRY :expr {VAR :varno 1} "
    ":resno 4 :resname <> :ressortgroupref 1 :resorigtbl 16385 :resorigcol 2 :resjunk true}) :override 0})";

TEST(ViewColumns, AreThoseOfTheOutermostList) {
  const auto columns = view_columns(tree);
  ASSERT_EQ(columns.size(), 2U);
  EXPECT_EQ(columns[0].number, 1);
  EXPECT_EQ(columns[0].table, "16385");
  EXPECT_EQ(columns[0].table_number, 1);
  EXPECT_EQ(columns[1].number, 2);
  EXPECT_EQ(columns[1].table_number, 3);
}

TEST(ViewColumns, AreNoneOfWhatIsNotKnown) {
  EXPECT_TRUE(view_columns("").empty());
  EXPECT_TRUE(view_columns("<>").empty());
  for (size_t length = 0; length < tree.size(); ++length) EXPECT_LE(view_columns(tree.substr(0, length)).size(), 2U);
  EXPECT_TRUE(view_columns("({QUERY :targetList ({TARGETENTRY :resno x :resorigtbl 1 :resorigcol 1 :resjunk false})})").empty());
}

LiveTable table(std::string name, std::vector<std::string> columns) {
  LiveTable made;
  made.name = std::move(name);
  for (std::string& column : columns) {
    made.columns.emplace_back().name = std::move(column);
    made.columns.back().required = true;
  }
  return made;
}

TEST(InheritKeys, WhereAllOfTheirColumnsAreThere) {
  LiveTable base = table("orders", {"id", "buyer", "shop", "town"});
  base.primary_key = {"id"};
  base.foreign_keys.push_back({"orders_buyer_fkey", {"buyer"}, "people", {"id"}});
  base.foreign_keys.push_back({"orders_shop_fkey", {"shop", "town"}, "shops", {"name", "town"}});
  LiveTable joined = table("joined", {"number", "who", "place"});
  for (LiveColumn& column : joined.columns) column.required = false;
  LiveTable written = joined;
  inherit_keys(base, {"number", "who", "", "place"}, ViewRows::any, joined);
  ASSERT_EQ(joined.foreign_keys.size(), 1U);
  EXPECT_EQ(joined.foreign_keys[0].columns, std::vector<std::string>{"who"});
  EXPECT_EQ(joined.foreign_keys[0].table, "people");
  EXPECT_EQ(joined.foreign_keys[0].on_delete, schema::ReferentialAction::set_null);
  EXPECT_TRUE(joined.indexes.empty());
  EXPECT_FALSE(joined.columns[0].required);
  inherit_keys(base, {"number", "who", "", "place"}, ViewRows::of_base, written);
  ASSERT_EQ(written.indexes.size(), 1U);
  EXPECT_EQ(written.indexes[0].columns[0].name, "number");
  EXPECT_TRUE(written.columns[0].required);
  EXPECT_EQ(written.foreign_keys[0].on_delete, schema::ReferentialAction::restrict);
}

}  // namespace
}  // namespace trivet::store::introspect
