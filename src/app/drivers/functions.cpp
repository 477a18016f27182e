#include "app/drivers/functions.h"

#include <algorithm>

#include "app/drivers/authority.h"
#include "engine/call/procedures.h"

namespace trivet::app {

result<std::vector<std::string>> refresh_functions(const Config& config, const std::vector<std::string>& schemas,
                                                   OpenDatabase& database) {
  std::vector<std::string> missing;
  TRIVET_TRY(const engine::OpenProcedures open, engine::parse_open_procedures(config.functions, schemas));
  if (authority_of(config) == engine::Authority::database) {
    TRIVET_CHECK(database.refresh_procedures());
    return missing;
  }
  if (open.empty()) return missing;
  const store::ProcedureStore* procedures = database.procedures();
  if (procedures == nullptr)
    return fail(ErrorCode::bad_config, "rest.functions: this kind of database has no functions", {},
                "they are there on PostgreSQL");
  TRIVET_CHECK(database.refresh_procedures());
  const auto list = procedures->procedures();
  for (const auto& [name, role] : open)
    if (std::ranges::find(*list, name, engine::name_of) == list->end()) missing.push_back(schema::told_name(name));
  return missing;
}

}  // namespace trivet::app
