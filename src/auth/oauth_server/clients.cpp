// The programs: registered by operators or by themselves (RFC 7591, 2).
#include <algorithm>
#include <array>

#include "auth/accounts/tokens.h"
#include "auth/oauth_server/oauth_server.h"
#include "auth/oauth_server/redirect_uri.h"
#include "auth/oauth_server/scope.h"

namespace trivet::auth {
namespace {

constexpr size_t name_bytes_max = 1024;
constexpr size_t redirect_uris_max = 10;
constexpr size_t secret_bytes = 32;
constexpr std::array<std::string_view, 3> grants = {"authorization_code", "refresh_token",
                                                    "client_credentials"};

std::unexpected<Refusal> bad(std::string message) {
  return refuse(400, "validation_failed", std::move(message));
}

std::unexpected<Refusal> not_found() {
  return refuse(404, "oauth_client_not_found", "OAuth client not found");
}

answer<std::string> uris_json(const std::vector<std::string>& uris) {
  if (uris.size() > redirect_uris_max) return bad("redirect_uris are 10 at most");
  JsonBuilder json;
  json.open_array();
  for (const std::string& uri : uris) {
    auto checked = check_redirect_uri(uri);
    if (!checked) return std::unexpected(std::move(checked).error());
    json.value(uri);
  }
  return json.close().take();
}

answer<std::string> join_grants(const std::vector<std::string>& wanted) {
  for (const std::string& name : wanted)
    if (std::ranges::find(grants, name) == grants.end())
      return bad("grant_types are authorization_code, refresh_token and client_credentials");
  std::string joined;
  for (const std::string_view name : grants) {
    if (std::ranges::find(wanted, name) == wanted.end()) continue;
    if (!joined.empty()) joined += ' ';
    joined += name;
  }
  return joined;
}

// A name that the data API may show to the database; nobody's for whom the rules give way.
answer<void> check_role(std::string_view role) {
  const bool is_name = role.size() <= 63 && std::ranges::all_of(role, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  if (!is_name) return bad("role is the name of a role");
  User user;
  user.role = role;
  if (is_operator(user)) return bad("A program can't have the role of operators: use a secret key");
  return {};
}

// What holds for a client as a whole.
answer<void> check(const OAuthClient& client) {
  if (client.kind != "public" && client.kind != "confidential")
    return bad("client_type is public or confidential");
  if (client.auth_method != "none" && client.auth_method != "client_secret_basic" &&
      client.auth_method != "client_secret_post")
    return bad("token_endpoint_auth_method is none, client_secret_basic or client_secret_post");
  if (client.is_public() != (client.auth_method == "none"))
    return bad("token_endpoint_auth_method is none for public clients, and for them alone");
  if (client.grant_types.empty()) return bad("grant_types must not be empty");
  const bool has_code = has_scope(client.grant_types, "authorization_code");
  if (has_code && client.redirect_uris == "[]") return bad("redirect_uris are 1 to 10 addresses");
  if (!has_code && has_scope(client.grant_types, "refresh_token"))
    return bad("refresh_token needs authorization_code");
  if (has_scope(client.grant_types, "client_credentials") && client.is_public())
    return bad("client_credentials is for confidential clients");
  if (client.name.size() > name_bytes_max) return bad("client_name is 1024 bytes at most");
  if (!is_page(client.uri) || !is_page(client.logo_uri))
    return bad("client_uri and logo_uri are http or https addresses");
  return check_role(client.role);
}

answer<void> apply(const OAuthClientChange& change, OAuthClient& client) {
  if (change.name) client.name = *change.name;
  if (change.uri) client.uri = *change.uri;
  if (change.logo_uri) client.logo_uri = *change.logo_uri;
  if (change.role) client.role = *change.role;
  if (change.auth_method) client.auth_method = *change.auth_method;
  if (change.redirect_uris) {
    auto json = uris_json(*change.redirect_uris);
    if (!json) return std::unexpected(std::move(json).error());
    client.redirect_uris = *std::move(json);
  }
  if (change.grant_types) {
    auto joined = join_grants(*change.grant_types);
    if (!joined) return std::unexpected(std::move(joined).error());
    client.grant_types = *std::move(joined);
  }
  return check(client);
}

}  // namespace

task<answer<std::vector<OAuthClient>>> OAuthServer::list_clients(Client client) {
  Page page;
  page.order_by = "created_at";
  auto rows = co_await clients_.find(std::vector<Condition>(), page, client.deadline);
  if (!rows) co_return std::unexpected(std::move(rows).error());
  co_return read_oauth_clients(*rows);
}

task<answer<std::optional<OAuthClient>>> OAuthServer::load_client(std::string id, Client client) {
  if (!is_uuid(id)) co_return std::optional<OAuthClient>();
  std::vector<Condition> where;
  where.push_back({"id", store::Op::eq, Value::text(id)});
  auto rows = co_await clients_.find(std::move(where), Page(), client.deadline);
  if (!rows) co_return std::unexpected(std::move(rows).error());
  std::vector<OAuthClient> found = read_oauth_clients(*rows);
  if (found.empty()) co_return std::optional<OAuthClient>();
  co_return std::optional<OAuthClient>(std::move(found.front()));
}

task<answer<OAuthClient>> OAuthServer::find_client(std::string id, Client client) {
  auto found = co_await load_client(std::move(id), client);
  if (!found) co_return std::unexpected(std::move(found).error());
  if (!*found) co_return not_found();
  co_return **std::move(found);
}

task<answer<MadeOAuthClient>> OAuthServer::create_client(OAuthClientChange wanted, ClientRegistration how,
                                                         Client client) {
  MadeOAuthClient made;
  OAuthClient& row = made.client;
  const bool is_public = wanted.kind ? *wanted.kind == "public" : wanted.auth_method == "none";
  row.kind = wanted.kind.value_or(is_public ? "public" : "confidential");
  row.auth_method = is_public ? "none" : "client_secret_basic";
  row.grant_types = "authorization_code refresh_token";
  row.registration = how == ClientRegistration::manual ? "manual" : "dynamic";
  AUTH_CHECK(apply(wanted, row));
  // What a program does in its own name is for operators to say.
  if (how == ClientRegistration::dynamic &&
      (!row.role.empty() || has_scope(row.grant_types, "client_credentials")))
    co_return bad("client_credentials and role are given by operators alone");
  row.id = accounts_.make_id();
  row.created_at = row.updated_at = now_us();
  if (!row.is_public()) {
    made.secret = random_text(secret_bytes);
    row.secret_hash = hash_link(made.secret);
  }
  auto saved = co_await clients_.insert(values_of(row), std::vector<Child>(), client.deadline);
  if (!saved) co_return std::unexpected(std::move(saved).error());
  co_return made;
}

task<answer<OAuthClient>> OAuthServer::update_client(std::string id, OAuthClientChange change,
                                                     Client client) {
  auto found = co_await find_client(std::move(id), client);
  if (!found) co_return found;
  OAuthClient row = *std::move(found);
  if (change.kind && *change.kind != row.kind)
    co_return bad("client_type can't be changed: make another client");
  AUTH_CHECK(apply(change, row));
  row.updated_at = now_us();
  std::vector<Assignment> values = values_of(row);
  // Somebody else's to change: a secret that was made anew meanwhile stays.
  std::erase_if(values, [](const Assignment& value) {
    return value.field == "id" || value.field == "secret_hash";
  });
  std::vector<Condition> where;
  where.push_back({"id", store::Op::eq, Value::text(row.id)});
  auto changed = co_await clients_.update(std::move(where), std::move(values), client.deadline);
  if (!changed) co_return std::unexpected(std::move(changed).error());
  if (*changed == 0) co_return not_found();
  co_return row;
}

task<answer<void>> OAuthServer::delete_client(std::string id, Client client) {
  auto found = co_await find_client(std::move(id), client);
  if (!found) co_return std::unexpected(std::move(found).error());
  const std::string key = found->id;
  std::vector<Condition> by_id;
  by_id.push_back({"id", store::Op::eq, Value::text(key)});
  // Its codes go first, with it: what was not exchanged by now never is.
  auto removed = co_await clients_.remove(std::move(by_id), client.deadline);
  if (!removed) co_return std::unexpected(std::move(removed).error());
  std::vector<Condition> of_client;
  of_client.push_back({"client_id", store::Op::eq, Value::text(key)});
  auto ended = co_await sessions_.remove(std::move(of_client), client.deadline);
  if (!ended) co_return std::unexpected(std::move(ended).error());
  co_return answer<void>();
}

task<answer<MadeOAuthClient>> OAuthServer::regenerate_secret(std::string id, Client client) {
  auto found = co_await find_client(std::move(id), client);
  if (!found) co_return std::unexpected(std::move(found).error());
  MadeOAuthClient made{*std::move(found), random_text(secret_bytes)};
  if (made.client.is_public()) co_return bad("A public client has no secret");
  made.client.secret_hash = hash_link(made.secret);
  made.client.updated_at = now_us();
  std::vector<Condition> where;
  where.push_back({"id", store::Op::eq, Value::text(made.client.id)});
  std::vector<Assignment> values;
  values.push_back({"secret_hash", Value::text(made.client.secret_hash)});
  values.push_back({"updated_at", Value::timestamp(made.client.updated_at)});
  auto changed = co_await clients_.update(std::move(where), std::move(values), client.deadline);
  if (!changed) co_return std::unexpected(std::move(changed).error());
  if (*changed == 0) co_return not_found();
  co_return made;
}

}  // namespace trivet::auth
