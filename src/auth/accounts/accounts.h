// Accounts: what can be done with users and their sessions, as the auth dialect describes it
// (dialects/auth.md), over the models of schema.h: sign-up, sign-in, refresh, links and codes,
// changes, and what operators may do.
//
// Knows no HTTP. Whoever calls has limited rates by address of the client; rates by account are
// limited here. Thread-safe; nothing is kept between calls but the limiter. Numbers of phones are in the form of
// normalize_phone (sms.h) within.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "auth/accounts/external.h"
#include "auth/accounts/factors.h"
#include "auth/accounts/limiter.h"
#include "auth/imports/imported_user.h"
#include "auth/mail/mailbox.h"
#include "auth/mail/templates.h"
#include "auth/passwords/breaches.h"
#include "auth/passwords/hasher.h"
#include "auth/passwords/strength.h"
#include "auth/records/records.h"
#include "auth/ring/key_ring.h"
#include "auth/sms/sms.h"

namespace trivet::auth {

class ProviderClient;
class Providers;

// What the dialect takes (dialects/auth.md, 8.5).
inline constexpr size_t account_password_bytes_max = 72;

struct AccountOptions {
  std::string issuer;        // claim iss; empty = none
  std::string external_url;  // of the auth API: begins the links of mails
  std::string site_url;      // where links lead in the end
  std::string audience = "authenticated";
  std::vector<std::string> redirect_urls;  // patterns of redirect.h
  bool sign_up = true;
  bool anonymous = false;
  bool autoconfirm = false;
  bool manual_linking = false;
  bool passkeys = false;
  bool webauthn_factors = false;
  std::string passkey_host;                  // of both; empty = the site's
  std::vector<std::string> passkey_origins;  // of pages that may ask; empty = the site's
  bool secure_email_change = true;
  PasswordRules password;
  int64_t token_seconds = 3600;
  int64_t reuse_seconds = 10;
  int64_t link_seconds = 86400;
  int64_t mail_interval_seconds = 60;
  bool phones = false;
  bool phone_factors = false;
  bool phone_autoconfirm = false;
  int64_t sms_code_seconds = 60;
  int64_t sms_interval_seconds = 60;
  uint32_t sms_per_hour = 30;  // of this process, to all numbers
  std::string sms_template = "Your code is {{ .Code }}";
  std::map<std::string, std::string> sms_test_codes{};  // by number: nothing is sent there
  int64_t reauthenticate_after_us = 0;  // age of a session; 0 = never
  int64_t session_seconds_max = 0;  // 0 = no end
  int64_t session_idle_seconds_max = 0;
};

// All must outlive the accounts.
struct AccountParts {
  engine::Engine& engine;  // over accounts_schema()
  engine::Environment& environment;
  PasswordHasher& passwords;
  Limiter& limiter;
  Mailer* mailer;  // null: nothing can be sent
  const MailTemplates& templates;
  std::string secret;                   // of the project: signs refresh tokens and codes
  std::shared_ptr<const SigningKeys> ring;  // signs access tokens
  Providers* providers = nullptr;       // null: none
  BreachList* breaches = nullptr;       // null: new passwords aren't looked up
  SmsSender* sms = nullptr;             // null: nothing can be sent
};

// Who calls, as far as the connection tells.
struct Client {
  store::Deadline deadline;
  std::string ip;
  std::string network;  // what rates count as one client
  std::string user_agent;
};

struct Issued {
  User user;
  Session session;
  std::string access_token;
  std::string refresh_token;
  int64_t expires_in = 0;  // s
  int64_t expires_at = 0;  // s since 1970
  std::vector<std::string> weak_reasons{};
  std::string provider_token{}, provider_refresh_token{};  // of the provider that vouched
};

// A user's valid access token.
struct Caller {
  User user;
  std::optional<Session> session;
};

// What a program that acts in a user's name has: its session, or what it asks of one. Empty: the user's own.
struct ClientGrant {
  std::string client_id;
  std::string scope;     // names between blanks; empty at a refresh: as it was
  std::string resource;  // claim aud; empty: the users', or as it was
};

struct SignUp {
  std::string email, password;
  std::string data = "{}";
  std::string redirect_to;
  std::string challenge{};  // pkce.h; empty: links lead back with a session
};
// A session, or only a user who has to confirm the address.
struct SignedUp {
  User user;
  std::optional<Issued> issued;
};

// By phone: a sign-up, or a code that is asked for.
struct PhoneRequest {
  std::string phone;
  std::string channel{};   // "sms", "whatsapp"; empty = sms
  std::string password{};  // of a sign-up
  std::string data = "{}";
};

// Who signs in with a password: one of the two.
struct Login {
  std::string email, phone;
};

// Who a mail is asked for, and where its link leads.
struct MailRequest {
  std::string email, redirect_to;
  std::string challenge{};
};

// The last has a code alone.
enum class LinkKind : uint8_t {
  signup,
  invite,
  magiclink,
  recovery,
  email_change,
  reauthentication
};

struct UserChange {
  std::optional<std::string> email, password;
  std::string nonce{};  // a code of reauthenticate()
  std::optional<std::string> data;  // JSON object, merged into user_metadata
  std::string redirect_to;
  std::string challenge{};
  std::optional<std::string> phone{};
  std::string channel{};  // of the code to `phone`
};

struct AdminUser {
  std::optional<std::string> id, role, email, password, user_metadata, app_metadata, ban_duration;
  std::optional<std::string> phone;
  std::optional<bool> email_confirm, phone_confirm;
};

struct UserPage {
  int64_t number = 1, size = 50;
  std::string filter;
  bool ascending = false;
};
struct UserList {
  std::vector<User> users;
  int64_t total = 0;
};

struct AuditQuery {
  int64_t number = 1, size = 50;
  std::string field, text;  // "author", "action" or "type"; empty = all
};
struct AuditPage {
  std::vector<AuditEvent> events;  // newest first
  int64_t total = 0;
};

struct LinkRequest {
  std::string type, email, new_email, password, redirect_to;
  std::string data = "{}";
};
struct MadeLink {
  User user;
  std::string action_link, code, token, type, redirect_to;
};

struct Verification {
  // Whether the link was followed, which may lead back with a code, or its token was posted.
  enum class How : uint8_t { posted, followed };
  std::string type;
  std::string link;         // the token of a link, or
  std::string email, code;  // an address and its code
  How how = How::posted;
  std::string phone{};      // in place of the address
};
// Neither: the first half of an email change.
struct Verified {
  std::optional<Issued> issued;
  std::string code{};  // for exchange_code
};

// What a code is given out for.
struct CodeGrant {
  std::string challenge;
  std::string method;  // of the session's amr
  std::string provider_token{}, provider_refresh_token{};
  std::optional<ExternalProfile> linking{};  // an identity that whoever has the verifier gets with it
  bool email_optional = false;               // of its provider
};

struct ExternalEnd {
  std::string redirect_to;
  bool wants_code = false;  // so that errors are told in the query too
  std::string code{};       // for exchange_code; or
  std::optional<Issued> issued{};  // a session; or
  std::optional<Refusal> refusal{};
  std::string error{};  // what the provider said, in place of a word for the refusal's status
};

enum class SignOut : uint8_t { global, local, others };

class Accounts {
 public:
  Accounts(AccountParts parts, AccountOptions options);

  [[nodiscard]] const AccountOptions& options() const { return options_; }
  [[nodiscard]] bool can_send() const { return parts_.mailer != nullptr; }
  [[nodiscard]] bool can_text() const { return parts_.sms != nullptr; }
  [[nodiscard]] int64_t now_us() const { return parts_.environment.now_us(); }
  [[nodiscard]] std::string make_id();  // a new UUID

  [[nodiscard]] task<answer<SignedUp>> sign_up(SignUp wanted, Client client);
  [[nodiscard]] task<answer<Issued>> sign_in_anonymously(std::string data, Client client);
  [[nodiscard]] task<answer<Issued>> sign_in(Login who, std::string password, Client client);
  // Only for whom the session is: `grant` names the program that shows the token. A scope may shrink,
  // for this access token alone.
  [[nodiscard]] task<answer<Issued>> refresh(std::string token, Client client,
                                             ClientGrant grant = ClientGrant());
  // A session for a program (oauth_server/). Refused for who isn't there, is banned or is an operator.
  [[nodiscard]] task<answer<Issued>> issue_to_client(std::string user_id, ClientGrant grant,
                                                     Client client);
  [[nodiscard]] task<answer<void>> sign_out(Caller caller, SignOut scope, Client client);
  // The public keys of access tokens, a JWK set.
  [[nodiscard]] std::string public_jwks() const {
    return parts_.ring->public_jwks(now_us() / 1'000'000);
  }
  // Of a token whose signature is right: that its times, user and session are too.
  [[nodiscard]] task<answer<Caller>> find_caller(std::string claims_json, Client client);
  [[nodiscard]] task<answer<User>> change_user(Caller caller, UserChange change, Client client);

  // Mails the caller a code, which a change of the password may ask for.
  [[nodiscard]] task<answer<void>> reauthenticate(Caller caller, Client client);

  // To whoever may sign in with `email`. Tells nobody whether there is such a user.
  [[nodiscard]] task<answer<void>> send_recovery(MailRequest wanted, Client client);
  enum class Unknown : uint8_t { sign_up, refuse };
  [[nodiscard]] task<answer<void>> send_magic_link(SignUp wanted, Unknown unknown, Client client);
  [[nodiscard]] task<answer<void>> resend(std::string type, MailRequest wanted, Client client);
  [[nodiscard]] task<answer<Verified>> verify(Verification given, Client client);
  // The session that a code of the PKCE flow is for, for whoever has the flow's verifier.
  [[nodiscard]] task<answer<Issued>> exchange_code(std::string code, std::string verifier,
                                                   Client client);

  // By phone (phones.cpp). What is told of a message is its id, whether or not one was sent.
  [[nodiscard]] task<answer<SignedUp>> sign_up_by_phone(PhoneRequest wanted, Client client);
  [[nodiscard]] task<answer<std::string>> send_phone_code(PhoneRequest wanted, Unknown unknown,
                                                          Client client);
  [[nodiscard]] task<answer<std::string>> resend_to_phone(std::string type, PhoneRequest wanted,
                                                          Client client);

  // A browser that goes to a provider, and what it comes back with. The end tells what went wrong too.
  [[nodiscard]] task<answer<ExternalAway>> begin_external(ExternalStart start, Client client);
  [[nodiscard]] task<ExternalEnd> finish_external(ExternalReturn given, Client client);
  // `linking_user` empty: whoever it is signs in.
  [[nodiscard]] task<answer<Issued>> sign_in_with_token(ExternalToken given,
                                                        std::string linking_user, Client client);
  // Whether the caller may get another identity: it lets in whoever has it.
  [[nodiscard]] answer<void> check_may_link(const Caller& caller) const;
  [[nodiscard]] task<answer<void>> unlink_identity(Caller caller, std::string identity_id,
                                                   Client client);
  [[nodiscard]] bool has_provider(std::string_view name) const;

  // Passkeys: signing in with one, and the caller's own.
  [[nodiscard]] RelyingParty relying_party() const;
  [[nodiscard]] answer<void> require_passkeys() const;
  [[nodiscard]] task<answer<PasskeyAsked>> begin_passkey_sign_in(Client client);
  [[nodiscard]] task<answer<Issued>> sign_in_with_passkey(PasskeyShown shown, Client client);
  [[nodiscard]] task<answer<PasskeyAsked>> begin_passkey(Caller caller, Client client);
  [[nodiscard]] task<answer<Passkey>> finish_passkey(Caller caller, PasskeyMade made,
                                                     Client client);
  [[nodiscard]] task<answer<std::vector<Passkey>>> list_passkeys(std::string user_id,
                                                                 Client client);
  [[nodiscard]] task<answer<Passkey>> find_passkey(std::string user_id, std::string id,
                                                   Client client);
  [[nodiscard]] task<answer<Passkey>> rename_passkey(Passkey passkey, std::string name,
                                                     Client client);
  [[nodiscard]] task<answer<void>> delete_passkey(Passkey passkey, Client client);

  // Whether the user has a factor that this session didn't show.
  [[nodiscard]] static bool needs_second_factor(const Caller& caller);
  // A second factor of the caller's: begun, asked for, proven (which makes it one, and raises the session
  // to aal2), taken away.
  [[nodiscard]] task<answer<Enrolled>> enroll_factor(Caller caller, Enrolment wanted,
                                                     Client client);
  [[nodiscard]] task<answer<Challenged>> challenge_factor(Caller caller, ChallengeRequest wanted,
                                                          Client client);
  [[nodiscard]] task<answer<Issued>> verify_factor(Caller caller, FactorAnswer given,
                                                   Client client);
  [[nodiscard]] task<answer<void>> unenroll_factor(Caller caller, std::string factor_id,
                                                   Client client);

  [[nodiscard]] task<answer<Factor>> find_factor(std::string user_id, std::string factor_id,
                                                 Client client);
  [[nodiscard]] task<answer<Factor>> rename_factor(Factor factor, std::string name, Client client);
  [[nodiscard]] task<answer<void>> delete_factor(Factor factor, Client client);
  [[nodiscard]] task<answer<User>> create_user(AdminUser wanted, Client client);
  [[nodiscard]] task<answer<User>> find_user(std::string id, Client client);
  [[nodiscard]] task<answer<UserList>> list_users(UserPage page, Client client);
  [[nodiscard]] task<answer<User>> update_user(std::string id, AdminUser change, Client client);
  enum class Deletion : uint8_t { hard, soft };
  [[nodiscard]] task<answer<void>> delete_user(std::string id, Deletion deletion, Client client);
  [[nodiscard]] task<answer<AuditPage>> list_events(AuditQuery wanted, Client client);
  [[nodiscard]] task<answer<User>> invite(SignUp wanted, Client client);
  [[nodiscard]] task<answer<MadeLink>> make_link(LinkRequest wanted, Client client);
  // `is_new` false: there is a user of that id or address already, and nothing is written.
  struct Import {
    enum class How : uint8_t { look, write } how = How::look;
    bool is_new = false;
  };
  [[nodiscard]] task<answer<Import>> import_user(ImportedUser given, Import::How how,
                                                 Client client);

  // `wanted` if links may lead there, else the site.
  [[nodiscard]] std::string redirect_for(std::string_view wanted) const;

 private:
  struct Minted {
    std::string link, code;
  };
  struct Notice {
    LinkKind kind;
    std::string to, redirect_to;
    std::string challenge{};
    std::string_view slot{};  // static storage; empty = the kind's
  };

  struct Texting {
    std::string kind;  // of Sms
    std::string to, channel;
    std::string slot{};
  };

  [[nodiscard]] std::string random_text(size_t bytes);
  [[nodiscard]] std::string random_code();
  [[nodiscard]] answer<std::string> check_email(std::string_view email) const;
  // Whether a user may choose it.
  [[nodiscard]] task<answer<void>> check_password(std::string password) const;
  [[nodiscard]] task<answer<std::string>> hash_password(std::string password);
  // Takes as long for a user who isn't there. Outdated hashes are replaced.
  [[nodiscard]] task<answer<bool>> matches_password(User* user, std::string password,
                                                    Client client);
  [[nodiscard]] answer<void> limit_mail(const std::string& kind, const std::string& email);
  [[nodiscard]] answer<void> require_mailer() const;

  [[nodiscard]] answer<void> require_phones() const;
  [[nodiscard]] answer<std::string> check_phone(std::string_view phone) const;
  [[nodiscard]] answer<void> check_texting(const Texting& texting);
  [[nodiscard]] std::string message_id_for(const std::string& phone);
  [[nodiscard]] std::string phone_code(const std::string& phone);
  [[nodiscard]] answer<void> text(const User& user, const Texting& texting, std::string id,
                                  std::string code);
  [[nodiscard]] task<answer<void>> send_code(User& user, Texting texting, std::string id,
                                             Client client);
  [[nodiscard]] User new_phone_user(std::string phone, const std::string& data);
  [[nodiscard]] UserIdentity phone_identity(const User& user, const std::string& data);
  [[nodiscard]] task<answer<void>> require_free_phone(std::string phone, Client client);
  [[nodiscard]] task<answer<bool>> check_phone_change(const Caller& caller, UserChange& change,
                                                      Client client);
  [[nodiscard]] task<answer<void>> start_phone_change(User& user, UserChange change,
                                                      Client client);
  [[nodiscard]] task<answer<Verified>> accept_phone(OneTimeToken token, Verification given,
                                                    Client client);
  [[nodiscard]] task<answer<void>> write_phone_identity(User& user, Client client);
  [[nodiscard]] task<answer<void>> adopt_phone(User& user, Client client);
  [[nodiscard]] answer<void> check_phone_factor(const User& user, Enrolment& wanted) const;
  [[nodiscard]] answer<void> text_challenge(const User& user, Challenged& challenged,
                                            std::string channel);
  // False: it isn't the code, or not any more.
  [[nodiscard]] task<answer<bool>> take_phone_code(const Factor& factor, FactorAnswer given,
                                                   Client client);
  [[nodiscard]] std::string link_url(const Notice& notice, const std::string& link) const;
  void mail(const Notice& notice, const Minted& minted);

  [[nodiscard]] task<answer<std::optional<User>>> load_user(std::string field, std::string value,
                                                            Client client);
  [[nodiscard]] task<answer<void>> load_identities(User& user, Client client);
  [[nodiscard]] std::string redirect_uri() const { return options_.external_url + "/callback"; }
  // What has to come out again, under the project's secret and bound to a row.
  [[nodiscard]] std::string seal_for(std::string_view row, std::string_view plain);
  [[nodiscard]] std::optional<std::string> unseal_for(std::string_view row,
                                                      std::string_view sealed) const;
  [[nodiscard]] task<answer<OAuthState>> take_state(std::string state, std::string browser,
                                                    Client client);
  [[nodiscard]] static task<answer<void>> check_issuer_of(ProviderClient& provider,
                                                          std::string issuer);
  [[nodiscard]] task<answer<Verified>> arrive(OAuthState state, ExternalReturn given,
                                              Client client);
  [[nodiscard]] UserIdentity identity_of(const ExternalProfile& profile,
                                         const std::string& user_id);
  [[nodiscard]] task<answer<User>> enter(Entering entering, Client client);
  [[nodiscard]] task<answer<User>> enter_first(Entering entering, Client client);
  [[nodiscard]] task<answer<User>> come_back(UserIdentity identity, ExternalProfile profile,
                                             Client client);
  [[nodiscard]] task<answer<std::optional<User>>> account_of_email(std::string email,
                                                                   Client client);
  [[nodiscard]] task<answer<User>> join(User user, ExternalProfile profile, Client client);
  [[nodiscard]] answer<void> require_recent(const Caller& caller) const;
  [[nodiscard]] task<answer<void>> clear_unproven(User& user, Client client);
  [[nodiscard]] task<answer<void>> add_identity(User& user, ExternalProfile profile,
                                                Client client);
  [[nodiscard]] task<answer<User>> link_to_caller(Entering entering, Client client);
  [[nodiscard]] task<answer<PasskeyAsked>> ask_passkey(std::string user_id, Client client);
  [[nodiscard]] task<answer<WebauthnChallenge>> take_ceremony(std::string id, std::string user_id,
                                                              Client client);
  // False: its counter went back.
  [[nodiscard]] task<answer<bool>> count_passkey(const Passkey& passkey, uint32_t count,
                                                 Client client);
  [[nodiscard]] task<answer<void>> load_factors(User& user, Client client);
  [[nodiscard]] task<answer<void>> drop_stale_factors(std::string user_id, Client client);
  [[nodiscard]] static answer<Factor> factor_of(const User& user, std::string_view id);
  [[nodiscard]] task<answer<FactorChallenge>> find_challenge_of(FactorAnswer given, Client client);
  // False: it isn't the code, or not any more.
  [[nodiscard]] task<answer<bool>> take_totp(const Factor& factor, std::string code,
                                             Client client);
  // The same of an authenticator's answer, which becomes the factor's where it registers. The challenge is used up.
  [[nodiscard]] task<answer<bool>> take_credential(const Factor& factor, FactorChallenge challenge,
                                                   FactorAnswer given, Client client);
  [[nodiscard]] task<answer<void>> raise_session(Caller& caller, const Factor& factor,
                                                 Client client);
  [[nodiscard]] task<answer<void>> remove_factor(const Factor& factor, Client client);
  [[nodiscard]] User new_user(std::string email, const std::string& data);
  [[nodiscard]] UserIdentity new_identity(const User& user, const std::string& data);
  // False: the address is taken.
  [[nodiscard]] task<answer<bool>> save_new(const User& user, Client client);
  [[nodiscard]] task<answer<bool>> save(const User& user, Client client);
  [[nodiscard]] task<answer<Issued>> issue(User user, std::string method, Client client,
                                           ClientGrant grant = ClientGrant());
  [[nodiscard]] answer<void> check_session(const Session& session) const;
  [[nodiscard]] Issued sign(User user, Session session) const;
  [[nodiscard]] task<answer<void>> confirm(User& user, Client client);
  [[nodiscard]] User obfuscated(const SignUp& wanted);
  [[nodiscard]] User obfuscated(PhoneRequest wanted);

  [[nodiscard]] task<answer<Minted>> mint(const User& user, std::string slot, const Notice& notice,
                                          Client client);
  [[nodiscard]] task<answer<std::string>> issue_code(std::string user_id, CodeGrant grant,
                                                     Client client);
  [[nodiscard]] task<answer<Verified>> grant(User user, OneTimeToken token, Verification given,
                                             Client client);
  [[nodiscard]] task<answer<void>> send_link(User& user, Notice notice, Client client);
  [[nodiscard]] task<answer<void>> start_email_change(User& user, const UserChange& change,
                                                      Client client);
  [[nodiscard]] task<answer<OneTimeToken>> take_token(const Verification& given, Client client);
  [[nodiscard]] task<answer<OneTimeToken>> take_code(const Verification& given,
                                                     std::vector<std::string_view> slots,
                                                     Client client);
  [[nodiscard]] task<answer<void>> check_nonce(const Caller& caller, std::string nonce,
                                               Client client);
  [[nodiscard]] task<answer<std::string>> id_of_author(std::string author, Client client);
  [[nodiscard]] task<answer<Verified>> complete_email_change(OneTimeToken token, Verification given,
                                                             Client client);
  [[nodiscard]] task<answer<void>> adopt_email(User& user, Client client);
  [[nodiscard]] task<answer<void>> change_password(Caller& caller, std::string password,
                                                   Client client);
  [[nodiscard]] task<answer<User>> user_of_link(LinkRequest& wanted, Client client);
  [[nodiscard]] task<answer<void>> apply_admin(User& user, const AdminUser& change);
  [[nodiscard]] task<answer<void>> end_sessions(std::string user_id, std::string but,
                                                Client client);
  [[nodiscard]] task<answer<void>> drop_tokens(std::string user_id, Client client);
  [[nodiscard]] task<answer<void>> audit(std::string action, const User& actor, Client client);

  const AccountParts parts_;
  const AccountOptions options_;
  const Table users_;
  const Table identities_;
  const Table sessions_;
  const Table tokens_;
  const Table codes_;
  const Table states_;
  const Table oauth_codes_;
  const Table oauth_consents_;
  const Table factors_;
  const Table challenges_;
  const Table passkeys_;
  const Table ceremonies_;
  const Table events_;
};

// The slot of links that confirm an address, but not that whoever chose the password has it: they are dropped together.
inline constexpr std::string_view invitation_slot = "invitation";

// The same of a phone: the code that its sign-up itself sent, and those that came later.
inline constexpr std::string_view phone_slot = "sms";
inline constexpr std::string_view phone_invitation_slot = "sms_invitation";

// app_metadata with the providers of the user's identities; what came first and stays is `provider`.
[[nodiscard]] std::string with_providers(const User& user);

// The slot of one-time tokens that a kind of link uses.
[[nodiscard]] std::string_view slot_of(LinkKind kind);
[[nodiscard]] std::string_view link_kind_name(LinkKind kind);

// Begins the tokens of links that lead back with a code.
inline constexpr std::string_view code_link_prefix = "pkce_";

}  // namespace trivet::auth
