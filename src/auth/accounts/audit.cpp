// What was done with accounts: written by every flow, read by operators (dialects/auth.md, 7 and 9).
#include <algorithm>

#include "auth/accounts/accounts.h"
#include "auth/accounts/tokens.h"
#include "value/json_builder.h"

namespace trivet::auth {
namespace {

std::string_view log_type_of(std::string_view action) {
  if (action.starts_with("token_")) return "token";
  if (action.starts_with("factor_") || action == "challenge_created" ||
      action == "verification_attempted")
    return "factor";
  return action.starts_with("log") || action == "invite_accepted" ? "account" : "team";
}

}  // namespace

task<answer<void>> Accounts::audit(std::string action, const User& actor, Client client) {
  AuditEvent event;
  event.id = make_id();
  event.log_type = log_type_of(action);
  event.actor_id = actor.id;
  event.ip = client.ip;
  event.created_at = now_us();
  JsonBuilder json;
  json.open_object().member("actor_id", actor.id).member("actor_via_sso", false);
  json.member("actor_username", actor.email).member("action", action);
  json.member("log_type", event.log_type).close();
  event.payload = json.take();
  event.action = std::move(action);
  auto done = co_await events_.insert(values_of(event), std::vector<Child>(), client.deadline);
  if (!done) co_return std::unexpected(std::move(done).error());
  co_return answer<void>();
}

// An author is a user's id or address: what the events say of one is not searched.
task<answer<std::string>> Accounts::id_of_author(std::string author, Client client) {
  if (is_uuid(author)) co_return author;
  const answer<std::string> email = check_email(author);
  if (!email) co_return std::string("nobody");
  auto user = co_await load_user("email", *email, client);
  if (!user) co_return std::unexpected(std::move(user).error());
  co_return *user ? (*user)->id : std::string("nobody");
}

task<answer<AuditPage>> Accounts::list_events(AuditQuery wanted, Client client) {
  std::vector<Condition> where;
  std::string author;
  if (wanted.field == "author") {
    auto found = co_await id_of_author(wanted.text, client);
    if (!found) co_return std::unexpected(std::move(found).error());
    author = *std::move(found);
    where.push_back({"actor_id", store::Op::eq, Value::text(author)});
  } else if (wanted.field == "action" || wanted.field == "type") {
    where.push_back({wanted.field == "type" ? "log_type" : "action", store::Op::contains,
                     Value::text(wanted.text)});
  } else if (!wanted.field.empty()) {
    co_return refuse(400, "validation_failed", "Invalid query scope: \"" + wanted.field + '"');
  }
  Page page;
  page.order_by = "created_at";
  page.count = true;
  page.limit = wanted.size;
  page.offset = (wanted.number - 1) * wanted.size;
  auto rows = co_await events_.find(std::move(where), page, client.deadline);
  if (!rows) co_return std::unexpected(std::move(rows).error());
  AuditPage events{read_events(*rows), rows->total.value_or(0)};
  co_return events;
}

}  // namespace trivet::auth
