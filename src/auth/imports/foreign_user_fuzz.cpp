// Any bytes as a row of each system's table of users, and as Firebase's parameters. Never a crash; nobody becomes an
// operator, and a hash that is taken can be verified.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "auth/imports/foreign_user.h"
#include "auth/passwords/password_hash.h"
#include "value/json_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace trivet;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto hash = auth::parse_firebase_hash(text);
  const auto row = parse_json(text, 32);
  if (!row || row->kind() != JsonKind::object) return 0;
  for (const char* system : {"plain", "django", "rails", "aspnet", "firebase", "supabase"}) {
    auth::MappingOptions options;
    options.source = auth::parse_user_source(system).value();
    options.now_us = 1'700'000'000'000'000;
    options.firebase = auth::FirebaseHash{"AAECAwQFBgcICQoLDA0ODw==", "Bw==", 8, 14};
    const auto user = auth::map_user(auth::SourceRow(*row), options);
    if (!user || !*user) continue;
    if ((*user)->role == "service_role" || (*user)->id.size() != 36) std::abort();
    if (!(*user)->password_hash.empty() && !auth::check_password_hash((*user)->password_hash)) std::abort();
    if (!parse_json((*user)->user_metadata, 64) || !parse_json((*user)->app_metadata, 64)) std::abort();
  }
  return 0;
}
