#include "store/postgres/layout/views.h"

#include "store/postgres/layout/describe.h"

namespace trivet::store::postgres {

result<ViewWritesByName> find_writable_views(Session& session, const std::vector<std::string>& schemas) {
  const Naming naming = Naming::of_database(schemas);
  // A bit for each kind of statement, numbered as the server's CmdType.
  TRIVET_TRY(const std::vector<TextRow> rows,
             session.query("SELECT " + naming.name("c.relnamespace", "c.relname") +
                           ", w.may & 8 <> 0, w.may & 4 <> 0, w.may & 16 <> 0 FROM pg_class c, "
                           "LATERAL pg_relation_is_updatable(c.oid, true) AS w(may) "
                           "WHERE c.relkind = 'v' AND " +
                           naming.holds("c.relnamespace")));
  ViewWritesByName found;
  for (const TextRow& row : rows)
    found[row[0]] = {.insert = row[1] == "t", .update = row[2] == "t", .delete_ = row[3] == "t"};
  return found;
}

}  // namespace trivet::store::postgres
