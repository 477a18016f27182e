// What a provider says about a person, in our words (dialects/auth.md, section 3: identity_data). Pure.
#pragma once

#include <string>
#include <string_view>

#include "auth/providers/provider.h"
#include "base/error.h"

namespace trivet::auth {

struct ExternalProfile {
  std::string provider, subject;
  std::string email;  // empty = none
  bool email_verified = false;
  std::string data = "{}";  // identity_data, a JSON object
};

// `profile` is a JSON object: claims of a verified ID token, or the answer of the profile's address;
// `emails` a list as GitHub's, or empty. Error (connection_failed): not usable, or nobody is named.
[[nodiscard]] result<ExternalProfile> read_profile(const Provider& provider,
                                                   std::string_view profile,
                                                   std::string_view emails);

// A name from elsewhere ({"name":{"firstName":…,"lastName":…}}, Apple's first answer) put into a profile
// that has none.
void add_name(ExternalProfile& profile, std::string_view user_json);

}  // namespace trivet::auth
