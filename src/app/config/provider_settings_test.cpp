#include "app/config/provider_settings.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace trivet::app {
namespace {

class ProviderSettings : public testing::Test {
 protected:
  ProviderSettings()
      : folder_(std::filesystem::temp_directory_path() /
                ("trivet-providers-" + std::to_string(reinterpret_cast<uintptr_t>(this)))) {
    std::filesystem::create_directories(folder_);
  }
  ~ProviderSettings() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] result<LoadedConfig> load(std::string_view toml) const {
    std::ofstream(folder_ / "trivet.toml") << toml;
    LoadOptions options;
    options.folder = folder_.string();
    options.environment = [](const std::string& name) -> std::optional<std::string> {
      if (name == "TRIVET_AUTH_PROVIDERS_CUSTOM_INTRANET_CLIENT_SECRET") return "from outside";
      return std::nullopt;
    };
    return load_config(options);
  }

  const std::filesystem::path folder_;
};

TEST_F(ProviderSettings, ComeFromTheFileAndSecretsFromVariables) {
  const auto loaded = load(R"(
[auth.providers.google]
client_id = "g"
client_secret = "in the file"
scopes = ["a", "b"]
[auth.providers."custom:intranet"]
client_id = "i"
issuer = "https://id.example"
trust_email = true
)");
  ASSERT_TRUE(loaded) << loaded.error().message;
  ASSERT_EQ(loaded->config.auth_providers.size(), 2U);
  const auto& google = loaded->config.auth_providers[loaded->config.auth_providers[0].name == "google" ? 0 : 1];
  const auto& intranet = loaded->config.auth_providers[loaded->config.auth_providers[0].name == "google" ? 1 : 0];
  EXPECT_EQ(google.client_secret, "in the file");
  EXPECT_EQ(google.scopes, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(intranet.name, "custom:intranet");
  EXPECT_EQ(intranet.client_secret, "from outside");
  EXPECT_TRUE(intranet.trust_email);
  for (const std::string& text : {print_config(*loaded), print_config_json(*loaded)}) {
    EXPECT_NE(text.find("custom:intranet"), text.npos);
    EXPECT_EQ(text.find("from outside"), text.npos);
    EXPECT_EQ(text.find("in the file"), text.npos);
  }
}

TEST_F(ProviderSettings, AreRefusedWithTheirPlace) {
  const auto said = [&](std::string_view toml) {
    const auto loaded = load(toml);
    return loaded ? std::string() : loaded.error().message;
  };
  EXPECT_NE(said("[auth.providers.google]\nclient = \"g\"").find("client_id"), std::string::npos);
  EXPECT_NE(said("[auth.providers.google]\ntrust_email = \"yes\"").find("true or false"), std::string::npos);
  EXPECT_NE(said("[auth.providers.google]\nscopes = [\"a\"]").find("client_id is missing"), std::string::npos);
  EXPECT_NE(said("[auth.providers.github]\nclient_id = \"g\"").find("client_secret is missing"), std::string::npos);
  EXPECT_NE(said("[auth.providers.acme]\nclient_id = \"g\"").find("issuer"), std::string::npos);
  EXPECT_NE(said("[auth]\nproviders = \"x\""), "");
}

}  // namespace
}  // namespace trivet::app
