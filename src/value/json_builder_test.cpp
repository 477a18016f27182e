#include "value/json_builder.h"

#include <gtest/gtest.h>

namespace trivet {
namespace {

TEST(JsonBuilder, PutsCommasBetweenMembersAndElements) {
  JsonBuilder json;
  json.open_object().member("a", 1).member("b", "x\"y").key("c").open_array();
  json.value(true).null().raw("1.50").open_object().close().close().member("d", false).close();
  EXPECT_EQ(json.take(), R"({"a":1,"b":"x\"y","c":[true,null,1.50,{}],"d":false})");
}

TEST(JsonBuilder, CanBeUsedAgainAfterTake) {
  JsonBuilder json;
  json.open_array().close();
  EXPECT_EQ(json.take(), "[]");
  json.open_array().value(-5).value(uint64_t{18446744073709551615u}).close();
  EXPECT_EQ(json.take(), "[-5,18446744073709551615]");
}

}  // namespace
}  // namespace trivet
