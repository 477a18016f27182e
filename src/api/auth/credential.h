// What browsers hand over of authenticators, and what they are asked with: W3C's JSON forms (Web
// Authentication, level 3, 5.1.8 and 5.1.9), binary members in base64url. For passkeys and second
// factors.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "auth/accounts/accounts.h"
#include "value/json_builder.h"
#include "value/json_reader.h"

namespace trivet::api::accounts {

class Credential {
 public:
  // `member` of a body; may be absent.
  explicit Credential(const std::optional<JsonValue>& member);

  [[nodiscard]] bool is_there() const { return !id.empty(); }
  // What is absent or malformed is empty, and then not accepted.
  [[nodiscard]] trivet::auth::Registration registration() const;
  [[nodiscard]] trivet::auth::Assertion assertion() const;
  [[nodiscard]] std::string user_handle() const { return bytes("userHandle"); }

  std::string id;  // base64url

 private:
  [[nodiscard]] std::string bytes(std::string_view name) const;

  std::optional<JsonValue> response_;
};

enum class Residence : uint8_t {
  required,     // found without a name: passkeys
  discouraged,  // of somebody who is known already
};

struct CreationRequest {
  std::string_view host;  // of the relying party
  const trivet::auth::User& user;
  std::string_view challenge;             // base64url
  std::span<const std::string> excluded;  // ids of credentials, base64url
  Residence residence = Residence::required;
};
[[nodiscard]] std::string creation_options(const CreationRequest& wanted);

// `allowed` empty: any that the authenticator has.
[[nodiscard]] std::string request_options(std::string_view host, std::string_view challenge,
                                          std::span<const std::string> allowed);

}  // namespace trivet::api::accounts
