#include "auth/records/schema.h"

#include <string>
#include <string_view>

#include "base/error.h"

namespace trivet::auth {
namespace {

constexpr std::string_view models = R"(
model KeyRecord {
  id         String   @id
  version    BigInt
  record     String
  updated_at DateTime
  @@map("_trivet_auth_key_records")
}
model ApiKey {
  id         String    @id
  name       String    @unique
  kind       String
  role       String
  scopes     String
  hash       String    @unique
  hint       String
  created_at DateTime
  expires_at DateTime?
  @@map("_trivet_auth_api_keys")
}
model User {
  id                       String    @id
  aud                      String
  role                     String
  email                    String?   @unique
  phone                    String?   @unique
  password                 String?
  email_confirmed_at       DateTime?
  phone_confirmed_at       DateTime?
  invited_at               DateTime?
  confirmation_sent_at     DateTime?
  recovery_sent_at         DateTime?
  email_change             String?
  email_change_sent_at     DateTime?
  last_sign_in_at          DateTime?
  banned_until             DateTime?
  deleted_at               DateTime?
  app_metadata             Json
  user_metadata            Json
  is_anonymous             Boolean
  created_at               DateTime
  updated_at               DateTime
  reauthentication_sent_at DateTime?
  phone_change             String?
  phone_change_sent_at     DateTime?
  identities               UserIdentity[]
  sessions                 Session[]
  tokens                   OneTimeToken[]
  codes                    AuthCode[]
  factors                  Factor[]
  passkeys                 Passkey[]
  oauth_codes              OAuthCode[]
  oauth_consents           OAuthConsent[]
  @@index([created_at])
  @@map("_trivet_auth_users")
}
model UserIdentity {
  id              String    @id
  user_id         String
  provider        String
  provider_id     String
  identity_data   Json
  email           String?
  last_sign_in_at DateTime?
  created_at      DateTime
  updated_at      DateTime
  user            User      @relation(fields: [user_id], references: [id], onDelete: Cascade)
  @@unique([provider, provider_id])
  @@index([user_id])
  @@map("_trivet_auth_identities")
}
model Session {
  id           String    @id
  user_id      String
  counter      BigInt
  aal          String
  amr          Json
  ip           String?
  user_agent   String?
  not_after    DateTime?
  created_at   DateTime
  refreshed_at DateTime
  factor_id    String?
  counter_min  BigInt?
  client_id    String?
  scope        String?
  resource     String?
  user         User      @relation(fields: [user_id], references: [id], onDelete: Cascade)
  @@index([user_id])
  @@index([factor_id])
  @@index([client_id])
  @@map("_trivet_auth_sessions")
}
model OneTimeToken {
  user_id    String
  slot       String
  address    String
  link_hash  String   @unique
  code_hash  String
  misses     Int
  created_at DateTime
  challenge  String?
  other_proven Boolean @default(false)
  user       User     @relation(fields: [user_id], references: [id], onDelete: Cascade)
  @@id([user_id, slot])
  @@index([address])
  @@map("_trivet_auth_one_time_tokens")
}
model AuthCode {
  code_hash  String   @id
  user_id    String
  challenge  String
  method     String
  created_at DateTime
  provider_tokens String?
  user       User     @relation(fields: [user_id], references: [id], onDelete: Cascade)
  @@index([user_id])
  @@index([created_at])
  @@map("_trivet_auth_codes")
}
model OAuthState {
  state_hash   String   @id
  provider     String
  browser_hash String?
  redirect_to  String
  challenge    String?
  linking_user String?
  created_at   DateTime
  @@index([created_at])
  @@map("_trivet_auth_oauth_states")
}
model Factor {
  id                 String            @id
  user_id            String
  friendly_name      String
  factor_type        String
  status             String
  secret             String
  last_step          BigInt
  last_challenged_at DateTime?
  created_at         DateTime
  updated_at         DateTime
  credential_id      String?
  public_key         String?
  phone              String?
  user               User              @relation(fields: [user_id], references: [id], onDelete: Cascade)
  challenges         FactorChallenge[]
  @@unique([user_id, friendly_name])
  @@map("_trivet_auth_factors")
}
model FactorChallenge {
  id         String   @id
  factor_id  String
  ip         String?
  created_at DateTime
  challenge  String?
  code_hash  String?
  misses     Int      @default(0)
  factor     Factor   @relation(fields: [factor_id], references: [id], onDelete: Cascade)
  @@index([factor_id])
  @@index([created_at])
  @@map("_trivet_auth_challenges")
}
model Passkey {
  id            String    @id
  user_id       String
  credential_id String    @unique
  public_key    String
  aaguid        String
  friendly_name String
  sign_count    BigInt
  created_at    DateTime
  last_used_at  DateTime?
  user          User      @relation(fields: [user_id], references: [id], onDelete: Cascade)
  @@index([user_id])
  @@map("_trivet_auth_passkeys")
}
model WebauthnChallenge {
  id         String   @id
  user_id    String?
  challenge  String
  created_at DateTime
  @@index([created_at])
  @@map("_trivet_auth_webauthn_challenges")
}
model OAuthClient {
  id            String   @id
  name          String
  kind          String
  auth_method   String
  secret_hash   String?
  redirect_uris Json
  grant_types   String
  uri           String
  logo_uri      String
  registration  String
  role          String?
  created_at    DateTime
  updated_at    DateTime
  requests      OAuthRequest[]
  codes         OAuthCode[]
  consents      OAuthConsent[]
  @@map("_trivet_auth_oauth_clients")
}
model OAuthRequest {
  id_hash      String   @id
  client_id    String
  user_id      String?
  redirect_uri String
  scope        String
  state        String?
  challenge    String
  nonce        String?
  resource     String?
  created_at   DateTime
  client       OAuthClient @relation(fields: [client_id], references: [id], onDelete: Cascade)
  @@index([client_id])
  @@index([created_at])
  @@map("_trivet_auth_oauth_requests")
}
model OAuthCode {
  code_hash    String   @id
  client_id    String
  user_id      String
  redirect_uri String
  scope        String
  challenge    String
  nonce        String?
  resource     String?
  auth_time    DateTime
  session_id   String?
  created_at   DateTime
  client       OAuthClient @relation(fields: [client_id], references: [id], onDelete: Cascade)
  user         User        @relation(fields: [user_id], references: [id], onDelete: Cascade)
  @@index([client_id])
  @@index([user_id])
  @@index([created_at])
  @@map("_trivet_auth_oauth_codes")
}
model OAuthConsent {
  user_id    String
  client_id  String
  scope      String
  granted_at DateTime
  client     OAuthClient @relation(fields: [client_id], references: [id], onDelete: Cascade)
  user       User        @relation(fields: [user_id], references: [id], onDelete: Cascade)
  @@id([user_id, client_id])
  @@index([client_id])
  @@map("_trivet_auth_oauth_consents")
}
model AuditEvent {
  id         String   @id
  action     String
  log_type   String
  actor_id   String?
  payload    Json
  ip         String?
  created_at DateTime
  @@index([created_at])
  @@map("_trivet_auth_audit")
}
)";

std::string_view name_of(schema::Provider provider) {
  switch (provider) {
    case schema::Provider::postgresql:
      return "postgresql";
    case schema::Provider::mysql:
      return "mysql";
    default:
      return "sqlite";
  }
}

}  // namespace

std::shared_ptr<const schema::Schema> accounts_schema(schema::Provider provider) {
  std::string text = "datasource db { provider = \"" + std::string(name_of(provider)) + "\" }";
  schema::CheckResult checked =
      schema::check_schema({{"auth.zmodel", text.append(models)}});
  TRIVET_ASSERT(checked.ok());
  return checked.schema;
}

}  // namespace trivet::auth
