#include "store/postgres/layout/url.h"

#include <gtest/gtest.h>

namespace trivet::store::postgres {
namespace {

TEST(Url, TakesPrismasParametersAndKeepsLibpqs) {
  PostgresOptions options;
  ASSERT_TRUE(
      read_url("postgres://u:p@h:5/db?schema=app&sslmode=verify-full&connection_limit=7&"
               "pool_timeout=2&sslrootcert=/ca.pem",
               options));
  EXPECT_EQ(options.url, "postgres://u:p@h:5/db?sslmode=verify-full&sslrootcert=/ca.pem");
  EXPECT_EQ(options.schema, "app");
  EXPECT_EQ(options.connections, 7U);
  EXPECT_EQ(options.wait_max, std::chrono::seconds(2));
  EXPECT_EQ(options.pooler, Pooler::none);
  ASSERT_TRUE(read_url("postgresql:///db?pgbouncer=true&schema=public", options));
  EXPECT_EQ(options.url, "postgresql:///db");
  EXPECT_EQ(options.pooler, Pooler::transactions);
}

TEST(Url, RefusesWhatItCannotDo) {
  for (const char* url :
       {"mysql://h/db", "postgres://h/db?pgbouncer=maybe", "postgres://h/db?connection_limit=none",
        "postgres://h/db?connection_limit=0", "postgres://h/db?pgbouncer=true&schema=app"}) {
    PostgresOptions options;
    const auto read = read_url(url, options);
    ASSERT_FALSE(read) << url;
    EXPECT_EQ(read.error().code, ErrorCode::bad_config);
  }
}

TEST(Url, HidesPasswords) {
  EXPECT_EQ(without_password("postgres://u:se%40cret@h:5/db?sslmode=require"),
            "postgres://u@h:5/db");
  EXPECT_EQ(without_password("postgres://h/db?user=u&password=secret"), "postgres://h/db");
  EXPECT_EQ(without_password("postgres://u@h/db"), "postgres://u@h/db");
  EXPECT_EQ(without_password("postgres://u:p@ss@h/db"), "postgres://u@h/db");
  EXPECT_EQ(without_password("./data.db"), "./data.db");
}

}  // namespace
}  // namespace trivet::store::postgres
