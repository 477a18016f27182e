#include "store/postgres/layout/views.h"

namespace trivet::store::postgres {

result<ViewWritesByName> find_writable_views(Session& session) {
  // A bit for each kind of statement, numbered as the server's CmdType.
  TRIVET_TRY(const std::vector<TextRow> rows,
             session.query("SELECT c.relname, w.may & 8 <> 0, w.may & 4 <> 0, w.may & 16 <> 0 FROM pg_class c "
                           "JOIN pg_namespace n ON n.oid = c.relnamespace, "
                           "LATERAL pg_relation_is_updatable(c.oid, true) AS w(may) "
                           "WHERE n.nspname = current_schema() AND c.relkind = 'v'"));
  ViewWritesByName found;
  for (const TextRow& row : rows)
    found[row[0]] = {.insert = row[1] == "t", .update = row[2] == "t", .delete_ = row[3] == "t"};
  return found;
}

}  // namespace trivet::store::postgres
