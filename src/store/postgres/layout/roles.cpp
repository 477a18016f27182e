#include "store/postgres/layout/roles.h"

#include <fmt/format.h>

#include "store/sql/render.h"

namespace trivet::store::postgres {
namespace {

// Row security doesn't hold for these.
result<void> check_not_above(Session& session, const std::string& role, std::string_view who) {
  TRIVET_TRY(const auto rows, session.query("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = $1", {role}));
  if (rows.empty())
    return fail(ErrorCode::bad_config, fmt::format("the database has no role {}", role), {},
                "CREATE ROLE it, or set rest.anonymous_role; without one, set auth.anonymous = false");
  for (const auto& [column, word] : {std::pair(0, "a superuser"), std::pair(1, "above row security (BYPASSRLS)")})
    if (rows[0][static_cast<size_t>(column)] == "t")
      return fail(ErrorCode::bad_config, fmt::format("{} {} is {}: the database would refuse nothing", who, role, word), {},
                  "take a role of LOGIN and NOINHERIT that the callers' roles are granted to");
  return {};
}

result<void> check_function(Session& session, const std::string& name) {
  TRIVET_TRY(const auto rows, session.query("SELECT to_regprocedure($1) IS NULL", {name + "()"}));
  if (rows.at(0).at(0) == "f") return {};
  return fail(ErrorCode::bad_config, fmt::format("rest.pre_request: the database has no function {}()", name));
}

// The only exact answer is to try.
result<void> check_may_take(Session& session, const std::string& role) {
  TRIVET_CHECK(session.execute("BEGIN"));
  const auto taken = session.query("SELECT set_config('role', $1, true)", {role});
  TRIVET_CHECK(session.execute("ROLLBACK"));
  if (taken) return {};
  return fail(ErrorCode::bad_config, fmt::format("the database's user may not take the role {}", role),
              taken.error().details, fmt::format("GRANT {} TO it", sql::quote_identifier(role)));
}

// Up to a dot or the end, off the front of `rest`; empty if it is no name.
std::string take_name(std::string_view& rest) {
  std::string name;
  if (!rest.starts_with('"')) {
    name = rest.substr(0, rest.find('.'));
    rest.remove_prefix(name.size());
    return name.find_first_of("\"() ") == name.npos ? name : std::string();
  }
  size_t at = 1;
  for (; at < rest.size(); ++at) {
    if (rest[at] == '"' && !rest.substr(at + 1).starts_with('"')) break;
    if (rest[at] == '"') ++at;
    name += rest[at];
  }
  if (at >= rest.size()) return {};
  rest.remove_prefix(at + 1);
  return name;
}

}  // namespace

result<void> check_roles(Session& session, const Roles& roles) {
  TRIVET_TRY(const auto login, session.query("SELECT current_user"));
  TRIVET_CHECK(check_not_above(session, login.at(0).at(0), "the database's user"));
  if (!roles.pre_request.empty()) TRIVET_CHECK(check_function(session, roles.pre_request));
  if (roles.anonymous.empty()) return {};
  TRIVET_CHECK(check_not_above(session, roles.anonymous, "the role of requests without a token,"));
  return check_may_take(session, roles.anonymous);
}

result<std::string> quoted_function(std::string_view name) {
  std::string quoted;
  std::string_view rest = name;
  int parts = 0;
  while (!rest.empty()) {
    const std::string part = take_name(rest);
    const bool is_end = rest.empty();
    if (part.empty() || ++parts > 2 || (!is_end && rest.front() != '.') || rest == ".")
      return fail(ErrorCode::bad_config, fmt::format("rest.pre_request: \"{}\" is no name of a function", name), {},
                  "write it without parentheses: api.check_request");
    if (!is_end) rest.remove_prefix(1);
    if (!quoted.empty()) quoted += '.';
    quoted += sql::quote_identifier(part);
  }
  return quoted;
}

}  // namespace trivet::store::postgres
