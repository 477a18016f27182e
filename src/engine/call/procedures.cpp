#include "engine/call/procedures.h"

#include <fmt/format.h>

#include <algorithm>

#include "value/json_writer.h"

namespace trivet::engine {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

result<Role> role_of(std::string_view text) {
  if (text.empty() || text == "anon") return Role::anon;
  if (text == "authenticated") return Role::authenticated;
  if (text == "service_role") return Role::service;
  return fail(ErrorCode::bad_config, fmt::format("rest.functions: there is no role {}", text), {},
              "write name, \"name: authenticated\" or \"name: service_role\"");
}

std::string placed(std::string_view name, const std::vector<std::string>& schemas) {
  if (schemas.empty()) return std::string(name);
  const size_t dot = name.find('.');
  if (dot != name.npos && std::ranges::find(schemas, name.substr(0, dot)) != schemas.end())
    return schema::place_name({name.substr(0, dot), name.substr(dot + 1)});
  return schema::place_name({schemas.front(), name});
}

// The claims as they came; those of nobody say so.
std::string claims_of(const Identity& identity) {
  if (!identity.claims_json.empty()) return identity.claims_json;
  std::string claims = "{\"role\":";
  append_json_string(claims, identity.role_name);
  return claims + "}";
}

// Who asks comes first, and is nobody else by what the call brings.
void add_session(const store::Settings& session, store::Settings& settings) {
  std::erase_if(settings, [&](const auto& setting) {
    return std::ranges::find(session, setting.first, &store::Settings::value_type::first) != session.end();
  });
  settings.insert(settings.begin(), session.begin(), session.end());
}

}  // namespace

std::string name_of(const store::Procedure& procedure) {
  return schema::place_name({procedure.place, procedure.name});
}

result<OpenProcedures> parse_open_procedures(const std::vector<std::string>& texts, const std::vector<std::string>& schemas) {
  OpenProcedures open;
  for (const std::string_view text : texts) {
    const size_t colon = text.find(':');
    const std::string_view name = trimmed(text.substr(0, colon));
    if (name.empty())
      return fail(ErrorCode::bad_config, fmt::format("rest.functions: no name in \"{}\"", text));
    TRIVET_TRY(const Role role,
               role_of(colon == text.npos ? std::string_view() : trimmed(text.substr(colon + 1))));
    open.insert_or_assign(placed(name, schemas), role);
  }
  return open;
}

bool Procedures::may_call(std::string_view name, const Identity& identity) const {
  if (authority_ == Authority::database) return true;
  const auto found = open_.find(name);
  if (found == open_.end()) return false;
  switch (found->second) {
    case Role::anon: return true;
    case Role::authenticated: return identity.role != Role::anon;
    case Role::service: return identity.role == Role::service;
  }
  return false;
}

Candidates Procedures::find(std::string_view name, const Identity& identity) const {
  if (store_ == nullptr || !may_call(name, identity)) return {};
  Candidates found{.list = store_->procedures(), .procedures = {}};
  for (const store::Procedure& procedure : *found.list)
    if (name_of(procedure) == name) found.procedures.push_back(&procedure);
  return found;
}

std::optional<ComputedField> Procedures::find_computed(std::string_view table, std::string_view name,
                                                       const Identity& identity) const {
  const schema::PlacedName row = schema::split_name(table);
  for (const store::Procedure* procedure : find(schema::place_name({row.db_schema, name}), identity).procedures) {
    const bool reads = procedure->volatility != store::Volatility::volatile_;
    if (reads && procedure->row_of == row.name && procedure->shape == store::ResultShape::value)
      return ComputedField{procedure->schema, procedure->name, procedure->value_type};
  }
  return std::nullopt;
}

// Of one that gives a row, or says that it gives one (ROWS 1), the row is an object.
std::optional<ComputedRelationship> Procedures::find_related(std::string_view table, std::string_view name,
                                                             const Identity& identity) const {
  using store::ResultShape;
  const schema::PlacedName row = schema::split_name(table);
  for (const store::Procedure* procedure : find(schema::place_name({row.db_schema, name}), identity).procedures) {
    const bool reads = procedure->volatility != store::Volatility::volatile_;
    const bool gives_rows = procedure->shape == ResultShape::rows || procedure->shape == ResultShape::row;
    if (!reads || !gives_rows || procedure->relation.empty() || procedure->row_of != row.name) continue;
    return ComputedRelationship{schema::place_name({row.db_schema.empty() ? std::string_view(procedure->schema) : row.db_schema, name}),
                                schema::place_name({procedure->place, procedure->relation}),
                                procedure->shape == ResultShape::row || procedure->rows_expected == 1};
  }
  return std::nullopt;
}

Candidates Procedures::all(const Identity& identity) const {
  if (store_ == nullptr) return {};
  Candidates found{.list = store_->procedures(), .procedures = {}};
  for (const store::Procedure& procedure : *found.list)
    if (may_call(name_of(procedure), identity)) found.procedures.push_back(&procedure);
  return found;
}

task<result<store::CallAnswer>> Procedures::run(store::Call call, Context context) const {
  TRIVET_ASSERT(store_ != nullptr && call.procedure != nullptr);
  if (!may_call(name_of(*call.procedure), context.identity))
    co_return fail(ErrorCode::permission_denied, "permission denied for function");
  if ((authority_ == Authority::database) != (context.session != nullptr))
    co_return fail(ErrorCode::internal, "a call without the session that its database decides by");
  if (context.session != nullptr) add_session(context.session->settings, call.settings);
  else call.settings.emplace_back("request.jwt.claims", claims_of(context.identity));
  result<store::CallAnswer> answer = co_await store_->call(call, context.deadline);
  co_return answer;
}

}  // namespace trivet::engine
