#include "app/config/settings.h"

#include <algorithm>
#include <array>

namespace trivet::app {
namespace {

constexpr std::array<std::string_view, 2> authorities = {"rules", "database"};
constexpr std::array<std::string_view, 3> log_formats = {"auto", "pretty", "json"};
constexpr std::array<std::string_view, 4> log_levels = {"debug", "info", "warning", "error"};

constexpr std::array<std::string_view, 3> acme_words = {"auto", "http-01", "tls-alpn-01"};
constexpr std::array<std::string_view, 3> client_words = {"off", "optional", "required"};

#define TRIVET_SLOT(member) [](Config& c) -> Slot { return &c.member; }

constexpr Setting table[] = {
    {"server.listen", "--listen",
     "Where to serve: ADDR:PORT or unix:PATH; several are allowed, port 0 takes a free one.",
     TRIVET_SLOT(listen), false, {}, Takes::restart},
    {"server.admin_listen", "--admin-listen",
     "Where /metrics, /healthz and /readyz are served for operators; empty = nowhere.",
     TRIVET_SLOT(admin_listen), false, {}, Takes::restart},
    {"server.threads", "--threads", "Event loops; 0 = one per core.", TRIVET_SLOT(threads),
     false, {}, Takes::restart},
    {"server.compression", "",
     "Answers are compressed (zstd, brotli, gzip) for clients that ask for it.",
     TRIVET_SLOT(compression)},
    {"server.timing", "",
     "Answers carry Server-Timing with the six stages. `trivet dev` turns it on.",
     TRIVET_SLOT(server_timing)},
    {"server.docs", "", "Serve /openapi.json and the reference page at /docs.", TRIVET_SLOT(docs)},
    {"server.cors_origins", "", "Origins whose pages may call; empty = every origin.",
     TRIVET_SLOT(cors_origins)},
    {"tls.certificate", "--tls-certificate",
     "Certificate chain, PEM, the server's own first: server.listen then speaks HTTPS, but for unix sockets. "
     "Read again when the file changes.",
     TRIVET_SLOT(tls_certificate), false, {}, Takes::restart},
    {"tls.key", "--tls-key", "Its private key, PEM, without a passphrase. Read again when it changes.",
     TRIVET_SLOT(tls_key), false, {}, Takes::restart},
    {"tls.client_certificates", "",
     "Ask clients for a certificate: off, optional, required. One that isn't signed by tls.client_ca ends the "
     "connection.",
     TRIVET_SLOT(tls_client_certificates), false, client_words, Takes::restart},
    {"tls.client_ca", "", "Certificates, PEM, of those who sign clients' certificates.",
     TRIVET_SLOT(tls_client_ca), false, {}, Takes::restart},
    {"tls.redirect_listen", "", "Where plain HTTP is answered with the way to https://, as in 0.0.0.0:80.",
     TRIVET_SLOT(tls_redirect_listen), false, {}, Takes::restart},
    {"tls.redirect_port", "", "The port of https:// as clients see it; 0 = the one of server.listen.",
     TRIVET_SLOT(tls_redirect_port), false, {}, Takes::restart},
    {"tls.acme_hosts", "",
     "Get a certificate for these hosts from an authority (ACME), and renew it; in place of tls.certificate.",
     TRIVET_SLOT(tls_acme_hosts), false, {}, Takes::restart},
    {"tls.acme_agree", "", "Agree to the authority's terms of service.", TRIVET_SLOT(tls_acme_agree), false, {},
     Takes::restart},
    {"tls.acme_email", "", "Where the authority writes if something is wrong; empty = nowhere.",
     TRIVET_SLOT(tls_acme_email), false, {}, Takes::restart},
    {"tls.acme_directory", "", "The authority's address (RFC 8555, 7.1.1).", TRIVET_SLOT(tls_acme_directory), false,
     {}, Takes::restart},
    {"tls.acme_ca_file", "", "Certificates, PEM, that the authority's own server is trusted by; empty = the machine's.",
     TRIVET_SLOT(tls_acme_ca_file), false, {}, Takes::restart},
    {"tls.acme_challenge", "",
     "How hosts are shown to be ours: http-01 at tls.redirect_listen, which the world reaches at port 80; tls-alpn-01 "
     "at server.listen, at port 443; auto = the first if there is a tls.redirect_listen.",
     TRIVET_SLOT(tls_acme_challenge), false, acme_words, Takes::restart},
    {"tls.acme_renew_before", "", "How long before its end a certificate is renewed; 0s = a third of its life.",
     TRIVET_SLOT(tls_acme_renew_before), false, {}, Takes::restart},
    {"tls.hsts", "",
     "How long browsers shall insist on HTTPS (Strict-Transport-Security); 0 = not told. `trivet dev` never tells.",
     TRIVET_SLOT(tls_hsts)},
    {"schema.path", "",
     "Schema file or folder; empty = schema.zmodel, or the .prisma files, of the project's folder.",
     TRIVET_SLOT(schema)},
    {"database.url", "--database-url",
     "file:PATH, postgres://USER:PASSWORD@HOST/DATABASE with libpq's parameters (sslmode, "
     "sslrootcert, …), or mysql://USER:PASSWORD@HOST/DATABASE; empty = the datasource block of the schema, else file:./data.db.",
     TRIVET_SLOT(database_url), false, {}, Takes::restart},
    {"database.key", "", "Key of an encrypted database. Better given as TRIVET_DATABASE_KEY.",
     TRIVET_SLOT(database_key), true, {}, Takes::restart},
    {"database.connections", "", "Connections to the server of each thread; on PostgreSQL many requests share one.",
     TRIVET_SLOT(database_connections), false, {}, Takes::restart},
    {"database.pgbouncer", "",
     "PostgreSQL: a pooler of transactions stands between, so nothing is prepared by name.",
     TRIVET_SLOT(database_pgbouncer), false, {}, Takes::restart},
    {"database.direct_url", "",
     "PostgreSQL: for migrations, where `url` leads to a pooler; empty = `url`.",
     TRIVET_SLOT(database_direct_url), true, {}, Takes::restart},
    {"database.shadow_url", "",
     "PostgreSQL: an empty database in which migrations are tried out, emptied each time; empty = "
     "one is made, for which the user needs CREATEDB.",
     TRIVET_SLOT(database_shadow_url), true, {}, Takes::restart},
    {"database.lock_timeout", "",
     "PostgreSQL: how long a migration waits for a table, and all who come after it; then it is "
     "tried again. 0 = for ever.",
     TRIVET_SLOT(database_lock_timeout), false, {}, Takes::restart},
    {"database.connect_timeout", "", "PostgreSQL: time to make a connection.",
     TRIVET_SLOT(database_connect_timeout), false, {}, Takes::restart},
    {"database.queue_timeout", "",
     "PostgreSQL: time that a request waits for a connection, also while the server is down.",
     TRIVET_SLOT(database_queue_timeout), false, {}, Takes::restart},
    {"auth.require_key", "",
     "Refuse requests without a key or token. Off: they are anonymous, and the rules apply.",
     TRIVET_SLOT(require_key)},
    {"auth.anonymous", "", "Serve the role anon at all.", TRIVET_SLOT(anonymous)},
    {"auth.audience", "", "What the `aud` claim of tokens must hold; empty = not checked.",
     TRIVET_SLOT(audience)},
    {"auth.jwt_secret", "",
     "The project's secret, at least 32 bytes; empty = the one in auth.keys_file.",
     TRIVET_SLOT(jwt_secret), true},
    {"auth.keys_file", "",
     "Where the project's secret is kept; made by `trivet init`, `dev` and `keys`.",
     TRIVET_SLOT(keys_file)},
    {"auth.enabled", "",
     "Serve users, sign-up and sign-in at /auth/v1, in tables of its own beside the project's.",
     TRIVET_SLOT(auth_enabled), false, {}, Takes::restart},
    {"auth.site_url", "", "The application: where links of mails lead in the end.",
     TRIVET_SLOT(auth_site_url)},
    {"auth.external_url", "",
     "This server as its users reach it, for links and the `iss` claim; empty = server.listen, no claim.",
     TRIVET_SLOT(auth_external_url)},
    {"auth.redirect_urls", "",
     "Other addresses where links may lead: patterns with * (no dot or slash) and ** (anything).",
     TRIVET_SLOT(auth_redirect_urls)},
    {"auth.sign_up", "", "Anyone may become a user. Off: operators make and invite them.",
     TRIVET_SLOT(auth_sign_up)},
    {"auth.anonymous_users", "", "Users without an address may be made, and get one later.",
     TRIVET_SLOT(auth_anonymous_users)},
    {"auth.autoconfirm", "",
     "An address counts as its user's without a mail to it. Off: sign-up needs a way to send mail.",
     TRIVET_SLOT(auth_autoconfirm)},
    {"auth.secure_email_change", "", "The old address must agree to a new one too.",
     TRIVET_SLOT(auth_secure_email_change)},
    {"auth.manual_linking", "", "Users may link identities of other providers to their account.",
     TRIVET_SLOT(auth_manual_linking)},
    {"auth.passkeys", "", "Users may sign in with passkeys (WebAuthn).", TRIVET_SLOT(auth_passkeys)},
    {"auth.passkey_host", "",
     "The host that passkeys belong to, for good: the application's, or a domain above it; empty = that of auth.site_url.",
     TRIVET_SLOT(auth_passkey_host)},
    {"auth.passkey_origins", "",
     "Pages that may ask for passkeys, as in https://app.example.com; empty = that of auth.site_url.",
     TRIVET_SLOT(auth_passkey_origins)},
    {"auth.reauthenticate_after", "",
     "Age of a session from which a new password asks for a code by mail (reauthenticate()); 0s = never.",
     TRIVET_SLOT(auth_reauthenticate_after)},
    {"auth.password_bytes", "", "Shortest password.", TRIVET_SLOT(auth_password_bytes)},
    {"auth.rate_burst", "",
     "Requests at once that one address may make of each kind, before the rates hold.",
     TRIVET_SLOT(auth_rate_burst)},
    {"auth.token_lifetime", "", "Of access tokens; clients expect 5m at least.",
     TRIVET_SLOT(auth_token_lifetime)},
    {"auth.reuse_interval", "",
     "Time after a refresh in which older refresh tokens of the session still give the current one.",
     TRIVET_SLOT(auth_reuse_interval)},
    {"auth.link_lifetime", "", "Of links and codes in mails.", TRIVET_SLOT(auth_link_lifetime)},
    {"auth.mail_interval", "", "Between two mails of a kind to one address; 0s = none.",
     TRIVET_SLOT(auth_mail_interval)},
    {"auth.smtp_url", "",
     "Who sends mails: smtp://USER:PASSWORD@HOST:PORT (STARTTLS is demanded, but of this machine) or smtps://…; empty "
     "= none are sent. `trivet dev` shows them at /_/mail instead. Better given as TRIVET_AUTH_SMTP_URL.",
     TRIVET_SLOT(auth_smtp_url), true, {}, Takes::restart},
    {"auth.mail_from", "", "Who mails come from: Shop <no-reply@example.com>.", TRIVET_SLOT(auth_mail_from), false, {},
     Takes::restart},
    {"auth.mail_templates", "",
     "Folder of KIND.txt and KIND.html for confirmation, invite, magic_link, recovery, email_change and reauthentication; empty = the "
     "built-in words.",
     TRIVET_SLOT(auth_mail_templates)},
    {"auth.session_lifetime", "", "Longest session; 0s = no end.", TRIVET_SLOT(auth_session_lifetime)},
    {"auth.session_idle", "", "A session not refreshed for so long ends; 0s = never.",
     TRIVET_SLOT(auth_session_idle)},
    {"rest.max_rows", "", "Most rows of one answer, at every level; 0 = no limit.",
     TRIVET_SLOT(limits.rows_max)},
    {"rest.aggregates", "", "Allow aggregate functions in `select`.", TRIVET_SLOT(aggregates)},
    {"rest.rollback", "", "Honour `Prefer: tx=rollback`.", TRIVET_SLOT(rollback)},
    {"rest.functions", "",
     "PostgreSQL: functions of the database that may be called at /rest/v1/rpc/NAME, past the models' rules: "
     "\"name\" by everyone, \"name: authenticated\" or \"name: service_role\" by those alone; empty = none.",
     TRIVET_SLOT(functions)},
    {"rest.authority", "",
     "Who decides what a caller may: rules = the schema's; database = PostgreSQL, by roles, grants and row security, as with PostgREST: "
     "each request is made as the role of its token.",
     TRIVET_SLOT(authority), false, authorities, Takes::restart},
    {"rest.anonymous_role", "", "Where the database decides: its role for requests without a token.",
     TRIVET_SLOT(anonymous_role), false, {}, Takes::restart},
    {"rest.role_claim", "",
     "Where the database decides: the claim that names the role, as in .role, .app.roles[0] or .\"a.b\".",
     TRIVET_SLOT(role_claim), false, {}, Takes::restart},
    {"rest.pre_request", "",
     "Where the database decides: a function, as in api.check_request, that each transaction calls first; it may refuse.",
     TRIVET_SLOT(pre_request), false, {}, Takes::restart},
    {"rest.search_path", "",
     "Where the database decides: schemas to look in after that of the url, for operators and functions of extensions.",
     TRIVET_SLOT(search_path), false, {}, Takes::restart},
    {"log.format", "--log-format", "auto = pretty for `trivet dev`, JSON (ECS) for `trivet serve`.",
     TRIVET_SLOT(log_format), false, log_formats, Takes::restart},
    {"log.level", "--log-level", "Least important event to log.", TRIVET_SLOT(log_level), false,
     log_levels},
    {"limits.header_count", "", "Header fields of a request.",
     TRIVET_SLOT(limits.header_count_max)},
    {"limits.header_bytes", "", "Request line and header fields.",
     TRIVET_SLOT(limits.header_bytes_max)},
    {"limits.url_bytes", "", "Length of a URL.", TRIVET_SLOT(limits.url_bytes_max)},
    {"limits.body_bytes", "", "Length of a request body.", TRIVET_SLOT(limits.body_bytes_max)},
    {"limits.pipeline_depth", "", "Answers to one connection that are held back to leave together.",
     TRIVET_SLOT(limits.pipeline_depth_max)},
    {"limits.connections", "", "Open connections.", TRIVET_SLOT(limits.connections_max),
     false, {}, Takes::restart},
    {"limits.header_timeout", "", "Time to send the head of a request.",
     TRIVET_SLOT(limits.header_timeout)},
    {"limits.body_timeout", "", "Time to send the body of a request; a second more for each 16 KiB that came.",
     TRIVET_SLOT(limits.body_timeout)},
    {"limits.idle_timeout", "", "Silence after which a kept connection is closed.",
     TRIVET_SLOT(limits.idle_timeout)},
    {"limits.write_timeout", "", "Time for a client to take each 256 KiB of the answer.",
     TRIVET_SLOT(limits.write_timeout)},
    {"limits.drain_timeout", "", "Time to finish what is in flight after SIGTERM.",
     TRIVET_SLOT(limits.drain_timeout), false, {}, Takes::restart},
    {"limits.request_timeout", "",
     "Time to answer, once the request is there; what runs longer is interrupted (57014).",
     TRIVET_SLOT(limits.request_timeout)},
    {"limits.depth", "", "Embedding depth.", TRIVET_SLOT(limits.depth_max)},
    {"limits.embeds", "", "Embedded resources of one request.", TRIVET_SLOT(limits.embeds_max)},
    {"limits.predicate_nodes", "", "Size of all filters of a request together.",
     TRIVET_SLOT(limits.predicate_nodes_max)},
    {"limits.list_values", "", "Values of one `in` list.", TRIVET_SLOT(limits.list_values_max)},
    {"limits.write_rows", "", "Rows of one bulk write.", TRIVET_SLOT(limits.write_rows_max)},
    {"limits.plans", "", "Cached plans per thread.", TRIVET_SLOT(limits.plans_max)},
    {"limits.json_depth", "", "Nesting of JSON bodies.", TRIVET_SLOT(limits.json_depth_max)},
};

#undef TRIVET_SLOT

}  // namespace

std::span<const Setting> settings() { return table; }

const Setting* find_setting(std::string_view name) {
  const auto* found = std::ranges::find(table, name, &Setting::name);
  return found == std::end(table) ? nullptr : found;
}

std::string environment_name(const Setting& setting) {
  std::string name = "TRIVET_";
  for (const char c : setting.name)
    name += c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return name;
}

}  // namespace trivet::app
