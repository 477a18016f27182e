// Endpoints for operators: the role service_role (dialects/auth.md, section 7).
#include <charconv>

#include "api/auth/encode.h"
#include "api/auth/handler.h"

namespace trivet::api::accounts {

using trivet::auth::Accounts;
using trivet::auth::AdminUser;
using trivet::auth::AuditQuery;
using trivet::auth::LinkRequest;
using trivet::auth::refuse;
using trivet::auth::SignUp;
using trivet::auth::UserPage;

namespace {

// Empty counts as absent: clients send `page=&per_page=`.
answer<int64_t> positive(const std::string& text, int64_t otherwise, int64_t max) {
  if (text.empty()) return otherwise;
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1 || number > max)
    return refuse(400, "validation_failed", "Bad Pagination Parameters");
  return number;
}

answer<AdminUser> admin_user_of(const Call& call) {
  if (call.text("password_hash"))
    return refuse(400, "validation_failed", "password_hash is not supported yet: give the password");
  AdminUser user;
  user.id = call.text("id");
  user.role = call.text("role");
  user.email = call.text("email");
  user.password = call.text("password");
  user.user_metadata = call.object("user_metadata");
  user.app_metadata = call.object("app_metadata");
  user.ban_duration = call.text("ban_duration");
  user.email_confirm = call.flag("email_confirm");
  if (const auto phone = call.text("phone"); phone && !phone->empty()) user.phone = phone;
  user.phone_confirm = call.flag("phone_confirm");
  if (user.password && user.password->empty()) user.password.reset();
  if (user.ban_duration && user.ban_duration->empty()) user.ban_duration.reset();
  return user;
}

struct Paged {
  std::string_view path;
  int64_t number, size, total;
};

// The page must be the first parameter: auth-js reads the character behind the first '='.
std::string link_to(const Paged& page, int64_t number, std::string_view relation) {
  return '<' + std::string(page.path) + "?page=" + std::to_string(number) +
         "&per_page=" + std::to_string(page.size) + ">; rel=\"" + std::string(relation) + '"';
}

void set_page(http::Response& response, const Paged& page) {
  const int64_t last = std::max<int64_t>(1, (page.total + page.size - 1) / page.size);
  std::string link;
  if (page.number < last) link = link_to(page, page.number + 1, "next") + ", ";
  response.set("Link", link + link_to(page, last, "last"));
  response.set("X-Total-Count", std::to_string(page.total));
}

}  // namespace

task<AuthHandler::Response> AuthHandler::list_users(Call& call) {
  UserPage page;
  AUTH_TRY(page.number, positive(call.query("page"), 1, 1'000'000'000));
  AUTH_TRY(page.size, positive(call.query("per_page"), 50, 1000));
  page.filter = call.query("filter");
  page.ascending = call.query("sort") == "created_at asc";
  auto list = co_await accounts_.list_users(page, call.client);
  if (!list) co_return std::unexpected(std::move(list).error());
  JsonBuilder json;
  json.open_object().key("users").open_array();
  for (const trivet::auth::User& user : list->users) json.raw(user_json(user));
  json.close().member("aud", accounts_.options().audience).close();
  http::Response response = json_response(200, json.take());
  set_page(response, {"/admin/users", page.number, page.size, list->total});
  co_return response;
}

task<AuthHandler::Response> AuthHandler::list_events(Call& call) {
  AuditQuery wanted;
  AUTH_TRY(wanted.number, positive(call.query("page"), 1, 1'000'000'000));
  AUTH_TRY(wanted.size, positive(call.query("per_page"), 50, 1000));
  const std::string query = call.query("query");
  const size_t colon = query.find(':');
  if (!query.empty() && colon == query.npos)
    co_return refuse(400, "validation_failed", "A query is author:, action: or type: and a text");
  wanted.field = query.substr(0, colon);
  if (!query.empty()) wanted.text = query.substr(colon + 1);
  const int64_t number = wanted.number;
  const int64_t size = wanted.size;
  auto page = co_await accounts_.list_events(std::move(wanted), call.client);
  if (!page) co_return std::unexpected(std::move(page).error());
  JsonBuilder json;
  json.open_array();
  for (const trivet::auth::AuditEvent& event : page->events) {
    json.open_object().member("id", event.id).key("payload").raw(event.payload);
    json.member("created_at", time_text(event.created_at)).member("ip_address", event.ip).close();
  }
  json.close();
  http::Response response = json_response(200, json.take());
  set_page(response, {"/admin/audit", number, size, page->total});
  co_return response;
}

task<AuthHandler::Response> AuthHandler::create_user(Call& call) {
  AUTH_TRY(AdminUser wanted, admin_user_of(call));
  auto user = co_await accounts_.create_user(std::move(wanted), call.client);
  if (!user) co_return std::unexpected(std::move(user).error());
  co_return json_response(200, user_json(*user));
}

task<AuthHandler::Response> AuthHandler::get_user(Call& call) {
  auto user = co_await accounts_.find_user(call.ids.front(), call.client);
  if (!user) co_return std::unexpected(std::move(user).error());
  co_return json_response(200, user_json(*user));
}

task<AuthHandler::Response> AuthHandler::update_user(Call& call) {
  AUTH_TRY(AdminUser change, admin_user_of(call));
  if (change.email && change.email->empty()) change.email.reset();
  auto user = co_await accounts_.update_user(call.ids.front(), std::move(change), call.client);
  if (!user) co_return std::unexpected(std::move(user).error());
  co_return json_response(200, user_json(*user));
}

task<AuthHandler::Response> AuthHandler::delete_user(Call& call) {
  const bool is_soft = call.flag("should_soft_delete").value_or(false);
  const auto how = is_soft ? Accounts::Deletion::soft : Accounts::Deletion::hard;
  auto done = co_await accounts_.delete_user(call.ids.front(), how, call.client);
  if (!done) co_return std::unexpected(std::move(done).error());
  co_return json_response(200, "{}");
}

task<AuthHandler::Response> AuthHandler::invite(Call& call) {
  SignUp wanted;
  wanted.email = call.text_or_empty("email");
  wanted.data = call.object("data").value_or("{}");
  wanted.redirect_to = call.redirect_to();
  auto user = co_await accounts_.invite(std::move(wanted), call.client);
  if (!user) co_return std::unexpected(std::move(user).error());
  co_return json_response(200, user_json(*user));
}

task<AuthHandler::Response> AuthHandler::generate_link(Call& call) {
  LinkRequest wanted;
  wanted.type = call.text_or_empty("type");
  wanted.email = call.text_or_empty("email");
  wanted.new_email = call.text_or_empty("new_email");
  wanted.password = call.text_or_empty("password");
  wanted.data = call.object("data").value_or("{}");
  wanted.redirect_to = call.redirect_to();
  auto made = co_await accounts_.make_link(std::move(wanted), call.client);
  if (!made) co_return std::unexpected(std::move(made).error());
  JsonBuilder json;
  json.open_object();
  add_user(json, made->user);
  json.member("action_link", made->action_link).member("email_otp", made->code);
  json.member("hashed_token", made->token).member("verification_type", made->type);
  json.member("redirect_to", made->redirect_to).close();
  co_return json_response(200, json.take());
}

}  // namespace trivet::api::accounts
