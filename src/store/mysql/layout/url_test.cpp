#include "store/mysql/layout/url.h"

#include <gtest/gtest.h>

namespace trivet::store::mysql {
namespace {

MysqlOptions read(const std::string& url) {
  MysqlOptions options;
  const auto done = read_url(url, options);
  EXPECT_TRUE(done) << done.error().message;
  return options;
}

std::string refusal(const std::string& url) {
  MysqlOptions options;
  const auto done = read_url(url, options);
  return done ? "" : done.error().message;
}

TEST(MysqlUrl, SaysWhereTheDatabaseIs) {
  const MysqlOptions options = read("mysql://us%40er:p%3Aa%25ss@db.example:3307/my%2Fdb");
  EXPECT_EQ(options.user, "us@er");
  EXPECT_EQ(options.password, "p:a%ss");
  EXPECT_EQ(options.host, "db.example");
  EXPECT_EQ(options.port, 3307U);
  EXPECT_EQ(options.database, "my/db");
  EXPECT_EQ(options.tls, Tls::off);
  EXPECT_EQ(read("mariadb://[::1]:3306/db").host, "::1");
  EXPECT_EQ(read("mysql://root@/db?socket=/run/s.sock").socket, "/run/s.sock");
}

TEST(MysqlUrl, TakesPrismasParameters) {
  const MysqlOptions options =
      read("mysql://h/db?connection_limit=3&pool_timeout=2&connect_timeout=4&sslaccept=strict&sslcert=/ca.pem");
  EXPECT_EQ(options.connections, 3U);
  EXPECT_EQ(options.wait_max.count(), 2000);
  EXPECT_EQ(options.connect_timeout.count(), 4000);
  EXPECT_EQ(options.tls, Tls::verified);
  EXPECT_EQ(options.ca_file, "/ca.pem");
  EXPECT_EQ(read("mysql://h/db?sslmode=require").tls, Tls::required);
}

TEST(MysqlUrl, RefusesWhatItDoesNotUnderstand) {
  EXPECT_EQ(refusal("mysql://h"), "database.url names no database");
  EXPECT_EQ(refusal("mysql://h/"), "database.url names no database");
  EXPECT_EQ(refusal("mysql://h:99999/db"), "database.url: port must be a whole number from 1 to 65535");
  EXPECT_EQ(refusal("mysql://h:/db"), "database.url: port must be a whole number from 1 to 65535");
  EXPECT_EQ(refusal("mysql://u%4:p@h/db"), "database.url: % must be followed by two hexadecimal digits");
  EXPECT_EQ(refusal("mysql://u%00@h/db"), "database.url: % must be followed by two hexadecimal digits");
  EXPECT_EQ(refusal("mysql://h/db?sslmode=prefer"),
            "database.url: sslmode must be disable, require or verify-full");
  EXPECT_EQ(refusal("mysql://h/db?colour=red"), "database.url: unknown parameter colour");
  EXPECT_EQ(refusal("postgres://h/db"), "database.url of a MariaDB database begins with mysql://");
}

TEST(MysqlUrl, KeepsPasswordsOutOfMessages) {
  EXPECT_EQ(without_password("mysql://u:secret@h:1/db?x=y"), "mysql://u@h:1/db");
  EXPECT_EQ(without_password("mysql://u:se@cret@h/db"), "mysql://u@h/db");
  EXPECT_EQ(without_password("mysql://h/db"), "mysql://h/db");
}

}  // namespace
}  // namespace trivet::store::mysql
