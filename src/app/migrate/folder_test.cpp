#include "app/migrate/folder.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace trivet::app {
namespace {

namespace fs = std::filesystem;

class MigrationFolderTest : public testing::Test {
 protected:
  MigrationFolderTest() {
    std::string pattern = (fs::temp_directory_path() / "trivet-test-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
  }
  ~MigrationFolderTest() override { fs::remove_all(root_); }
  [[nodiscard]] std::string folder() const { return (root_ / "a" / "migrations").string(); }
  void put(const std::string& file, const std::string& text) const {
    const fs::path path = fs::path(folder()) / file;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }

  fs::path root_;
};

std::string name_after(int64_t seconds, std::string_view words,
                       const std::vector<std::string>& others) {
  std::vector<MigrationFile> files;
  for (const std::string& name : others) files.push_back({name, {}, {}});
  return new_migration_name(seconds * 1'000'000, words, files);
}

TEST_F(MigrationFolderTest, ReadsWhatItWrote) {
  EXPECT_TRUE(read_migrations(folder(), "sqlite")->empty());
  ASSERT_TRUE(write_migration(folder(), "sqlite", {"2_b", "SELECT 2;\n", "SELECT -2;\n"}));
  ASSERT_TRUE(write_migration(folder(), "sqlite", {"1_a", "", {}}));
  put("README.md", "not a folder");
  put(".3_c/migration.sql", "half written");
  const auto read = read_migrations(folder(), "sqlite");
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ((*read)[0].name, "1_a");
  EXPECT_EQ((*read)[0].sql, "");
  EXPECT_FALSE((*read)[0].down);
  EXPECT_EQ((*read)[1].down, "SELECT -2;\n");
  ASSERT_TRUE(remove_migration(folder(), "2_b"));
  EXPECT_EQ(read_migrations(folder(), "sqlite")->size(), 1U);
}

TEST_F(MigrationFolderTest, RefusesAnotherDatabaseAndAMissingScript) {
  put("migration_lock.toml", "provider = \"mysql\"\n");
  const auto other = read_migrations(folder(), "sqlite");
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().message.find("are for mysql, but the database is sqlite"),
            std::string::npos);
  put("migration_lock.toml", "# provider = \"mysql\"\nprovider   = \"sqlite\"\n");
  EXPECT_TRUE(read_migrations(folder(), "sqlite"));
  put("1_a/other.sql", "");
  EXPECT_FALSE(read_migrations(folder(), "sqlite"));
}

TEST(MigrationFileTest, HasPrismasChecksum) {
  const MigrationFile file{"a", "SELECT 1;\nSELECT 2;\n", {}};
  EXPECT_EQ((MigrationFile{"a", "", {}}.checksum()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_TRUE(file.matches(file.checksum()));
  const MigrationFile windows{"a", "SELECT 1;\r\nSELECT 2;\r\n", {}};
  EXPECT_NE(windows.checksum(), file.checksum());
  EXPECT_TRUE(windows.matches(file.checksum()));
  EXPECT_TRUE(file.matches(windows.checksum()));
  EXPECT_FALSE((MigrationFile{"a", "SELECT 1;\nSELECT 2;", {}}.matches(file.checksum())));
}

TEST(MigrationNameTest, IsPlainAndLast) {
  constexpr int64_t noon = 1'706'702'400;  // 2024-01-31T12:00:00Z
  EXPECT_EQ(name_after(noon, "Add \"User\".\"Größe\"!", {}), "20240131120000_add_user_gr_e");
  EXPECT_EQ(name_after(noon, "x", {"20240131120000_a", "20240131115959_b"}), "20240131120001_x");
  EXPECT_EQ(name_after(noon, "x", {"0_init"}), "20240131120000_x");
  EXPECT_EQ(name_after(noon, "x", {"29990101000000_far"}), "29990101000001_x");
  EXPECT_EQ(name_after(noon, std::string(500, 'x'), {}).size(), 15U + 200U);
}

}  // namespace
}  // namespace trivet::app
