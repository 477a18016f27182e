#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "app/config/config_load.h"
#include "app/config/settings.h"

namespace trivet::app {
namespace {

class ConfigTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = ::testing::TempDir() + "trivet_config_" +
              ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  result<LoadedConfig> load(const std::string& toml,
                            std::map<std::string, std::string> variables = {},
                            std::vector<Override> overrides = {}) {
    std::ofstream(folder_ + "/trivet.toml") << toml;
    return load_config({folder_,
                        [variables](const std::string& name) -> std::optional<std::string> {
                          const auto found = variables.find(name);
                          return found == variables.end() ? std::nullopt
                                                          : std::optional(found->second);
                        },
                        std::move(overrides)});
  }
  std::string failure(const std::string& toml, std::map<std::string, std::string> variables = {}) {
    const auto loaded = load(toml, std::move(variables));
    if (loaded) return "accepted";
    std::string text = loaded.error().message;
    while (text.find(folder_ + '/') != std::string::npos)
      text.erase(text.find(folder_ + '/'), folder_.size() + 1);
    return text;
  }
  std::string folder_;
};

TEST_F(ConfigTest, LaterSourcesWin) {
  const auto loaded = load("[rest]\nmax_rows = 10\n[log]\nlevel = \"debug\"\n",
                           {{"TRIVET_REST_MAX_ROWS", "20"}}, {{"rest.max_rows", "30", "--set"}});
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->config.limits.rows_max, 30U);
  EXPECT_EQ(loaded->origins.at("rest.max_rows"), "--set");
  EXPECT_EQ(loaded->config.log_level, "debug");
  EXPECT_EQ(loaded->origins.at("log.level"), folder_ + "/trivet.toml:4");
}

TEST_F(ConfigTest, ReportsEveryProblemWithItsPlace) {
  EXPECT_EQ(
      failure("[rest]\nmax_rows = \"many\"\nunknown = 1\n[log]\nlevel = \"loud\"\n"),
      "trivet.toml:5:1: log.level: expected one of debug, info, warning, error, got \"loud\"\n"
      "trivet.toml:2:1: rest.max_rows: expected number (or bytes, as in 16MiB), got \"many\"\n"
      "trivet.toml:3:1: unknown setting rest.unknown (`trivet serve --print-config` lists all)");
  EXPECT_TRUE(failure("[rest\n").starts_with("trivet.toml:1:"));
  EXPECT_EQ(failure("[server]\nthreads = \"2\"\n"),
            "trivet.toml:2:1: server.threads: expected number");
  EXPECT_EQ(failure("[limits]\nidle_timeout = 5\n"),
            "trivet.toml:2:1: limits.idle_timeout: expected duration, as in 500ms, 30s or 2m");
  EXPECT_EQ(failure("", {{"TRIVET_SERVER_THREADS", "-1"}}),
            "TRIVET_SERVER_THREADS: server.threads: expected number, got \"-1\"");
}

TEST_F(ConfigTest, ReadsUnits) {
  const auto loaded =
      load("[limits]\nbody_bytes = \"2MiB\"\nidle_timeout = \"500ms\"\nheader_timeout = \"2m\"\n");
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->config.limits.body_bytes_max, 2U << 20);
  EXPECT_EQ(loaded->config.limits.idle_timeout.count(), 500);
  EXPECT_EQ(loaded->config.limits.header_timeout.count(), 120'000);
  EXPECT_EQ(failure("[limits]\nbody_bytes = \"99999999999GiB\"\n").substr(0, 20),
            "trivet.toml:2:1: lim");
}

// Every default, printed and read again, is the same value.
TEST_F(ConfigTest, SettingsRoundTrip) {
  const Config config;
  for (const Setting& setting : settings()) {
    std::string text = value_text(setting, config);
    std::erase_if(text, [](char c) { return c == '"' || c == '[' || c == ']'; });
    Config again;
    const auto assigned = assign(setting, again, text);
    ASSERT_TRUE(assigned) << setting.name << ": " << assigned.error().message;
    EXPECT_EQ(value_text(setting, again), value_text(setting, config)) << setting.name;
  }
}

TEST_F(ConfigTest, SecretsAreNotPrinted) {
  const auto loaded =
      load("", {{"TRIVET_DATABASE_KEY", "sesame"}, {"TRIVET_AUTH_JWT_SECRET", "open"}});
  ASSERT_TRUE(loaded);
  for (const std::string& text : {print_config(*loaded), print_config_json(*loaded)}) {
    EXPECT_EQ(text.find("sesame"), std::string::npos);
    EXPECT_EQ(text.find("\"open\""), std::string::npos);
    EXPECT_NE(text.find("(set)"), std::string::npos);
  }
}

TEST_F(ConfigTest, IssuersAreTables) {
  const std::string head = "[[auth.issuers]]\nissuer = \"https://id.example\"\n";
  const auto loaded = load(head +
                           "audience = \"api\"\nalgorithms = [\"ES256\", \"EdDSA\"]\nrole = \"authenticated\"\n"
                           "[[auth.issuers]]\nissuer = \"https://b.example\"\naudience = [\"x\", \"y\"]\n");
  ASSERT_TRUE(loaded) << loaded.error().message;
  const auto& issuers = loaded->config.auth_issuers;
  ASSERT_EQ(issuers.size(), 2U);
  EXPECT_EQ(issuers[0].issuer, "https://id.example");
  EXPECT_EQ(issuers[0].algorithms, (std::vector<std::string>{"ES256", "EdDSA"}));
  EXPECT_EQ(issuers[1].audience, (std::vector<std::string>{"x", "y"}));
  EXPECT_NE(print_config(*loaded).find("\n[[auth.issuers]]\nissuer = \"https://b.example\"\n"),
            std::string::npos);
  EXPECT_NE(print_config_json(*loaded).find("\"issuer\": \"https://b.example\", \"audience\": [\"x\", \"y\"]"),
            std::string::npos);

  EXPECT_EQ(failure(head),
            "trivet.toml: auth.issuers \"https://id.example\": audience is missing: tokens that are meant for "
            "others would be accepted");
  EXPECT_EQ(failure(head + "audiense = \"api\"\n"),
            "trivet.toml:3:1: auth.issuers.0.audiense: unknown setting; did you mean `audience`?");
  EXPECT_EQ(failure(head + "audience = 1\n"),
            "trivet.toml:3:1: auth.issuers.0.audience: expected a list of text");
  EXPECT_EQ(failure("[auth]\nexternal_url = \"https://a.example\"\n[[auth.issuers]]\n"
                    "issuer = \"https://a.example/auth/v1\"\naudience = \"api\"\n"),
            "trivet.toml: auth.issuers \"https://a.example/auth/v1\" is this server itself (auth.external_url)");
}

}  // namespace
}  // namespace trivet::app
