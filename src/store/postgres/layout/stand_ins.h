// A schema of several database schemas under names that can all stand in one: temporary tables have no other place.
//
// Each table, type, key and index gets a name of its own that nobody else uses; what the server then says of them is read back into the
// names that they stand for. Blocking: the server says once how it writes each.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "schema/schema.h"
#include "store/postgres/layout/session.h"

namespace trivet::store::postgres {

class StandIns {
 public:
  [[nodiscard]] static result<StandIns> make(Session& session, const schema::Schema& schema);

  // The same tables, in no database schema.
  [[nodiscard]] const schema::Schema& schema() const { return renamed_; }
  // What a name stands for, as stores name it; of indexes and constraints without the schema. Others are as they were.
  [[nodiscard]] std::string name(const std::string& stand_in) const;
  // SQL of the server's, with what the names in it stand for.
  [[nodiscard]] std::string text(std::string sql) const;

 private:
  explicit StandIns(const schema::Schema& schema);
  enum class Kind : uint8_t { relation, part };
  void replace(std::string& name, const std::string& db_schema, Kind kind);
  // Names of tables and types in SQL that was written by hand.
  void replace_in_sql();
  void replace_in(std::string& sql) const;

  struct Name {
    std::string stand_in;
    std::string placed;
    std::string sql;  // as the server writes it
  };
  schema::Schema renamed_;
  std::vector<Name> names_;
};

}  // namespace trivet::store::postgres
