#include "store/introspect/mysql/types.h"

#include <gtest/gtest.h>

namespace trivet::store::introspect {
namespace {

using schema::DefaultKind;
using schema::ScalarType;

struct Case {
  std::string_view column;
  ScalarType type;
  std::string_view native;
};

TEST(MysqlTypes, AreFieldsWithTheirNativeTypesWhereThoseAreNotUsual) {
  for (const Case& given : std::initializer_list<Case>{
           {"int(11)", ScalarType::int_, ""},
           {"int(10) unsigned", ScalarType::int_, "UnsignedInt"},
           {"bigint(20)", ScalarType::bigint, ""},
           {"tinyint(1)", ScalarType::boolean, ""},
           {"tinyint(4)", ScalarType::int_, "TinyInt"},
           {"varchar(191)", ScalarType::string, ""},
           {"varchar(20)", ScalarType::string, "VarChar(20)"},
           {"longtext", ScalarType::string, "LongText"},
           {"decimal(65,30)", ScalarType::decimal, ""},
           {"decimal(10,2)", ScalarType::decimal, "Decimal(10, 2)"},
           {"decimal(10,2) unsigned", ScalarType::unsupported, ""},
           {"datetime(3)", ScalarType::datetime, ""},
           {"datetime", ScalarType::datetime, "DateTime(0)"},
           {"timestamp(6)", ScalarType::datetime, "Timestamp(6)"},
           {"date", ScalarType::datetime, "Date"},
           {"longblob", ScalarType::bytes, ""},
           {"enum('a','b')", ScalarType::enum_, ""},
           {"point", ScalarType::unsupported, ""},
           {"int(5) unsigned zerofill", ScalarType::unsupported, ""},
       }) {
    LiveColumn column;
    set_mysql_type(given.column, false, column);
    EXPECT_EQ(column.type, given.type) << given.column;
    EXPECT_EQ(column.native, given.native) << given.column;
  }
  LiveColumn document;
  set_mysql_type("longtext", true, document);
  EXPECT_EQ(document.type, ScalarType::json);
}

TEST(MysqlTypes, ReadValuesOfEnums) {
  using Values = std::vector<std::string>;
  EXPECT_EQ(mysql_enum_values("enum('a','so so','it''s','a,b')"),
            (Values{"a", "so so", "it's", "a,b"}));
  EXPECT_EQ(mysql_enum_values("enum('back\\\\slash')"), (Values{"back\\slash"}));
  EXPECT_EQ(mysql_enum_values("enum('')"), (Values{""}));
  EXPECT_EQ(mysql_enum_values("enum('open"), Values{});
}

LiveDefault default_of(std::string_view type, const std::string& sql) {
  LiveColumn column;
  set_mysql_type(type, false, column);
  return mysql_default(column, type, sql);
}

TEST(MysqlTypes, TakeDefaultsForWhatTheyAre) {
  EXPECT_EQ(default_of("int(11)", "NULL").kind, DefaultKind::none);
  EXPECT_EQ(default_of("int(11)", "").kind, DefaultKind::none);
  EXPECT_EQ(default_of("int(11)", "-3").text, "-3");
  EXPECT_EQ(default_of("tinyint(1)", "1").text, "true");
  EXPECT_EQ(default_of("varchar(20)", "'it''s'").text, "it's");
  EXPECT_EQ(default_of("varchar(20)", "''").kind, DefaultKind::literal);
  EXPECT_EQ(default_of("datetime(3)", "current_timestamp(3)").kind, DefaultKind::now);
  EXPECT_EQ(default_of("datetime(3)", "current_timestamp()").kind, DefaultKind::dbgenerated);
  EXPECT_EQ(default_of("char(36)", "uuid()").kind, DefaultKind::dbgenerated);
  EXPECT_EQ(default_of("char(36)", "uuid()").sql, "uuid()");
}

}  // namespace
}  // namespace trivet::store::introspect
