// DateTime cells that another writer stored as epoch milliseconds: where they are, and how they
// become ISO text, which the store compares with.
//
// Blocking; one call at a time on one file. Tables and columns that the file lacks are passed over.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "schema/schema.h"
#include "store/sqlite/options.h"

namespace trivet::store::sqlite {

struct IntegerTimes {
  std::string table;
  std::string column;
  int64_t rows = 0;  // of those looked at
  std::string sql;   // the statement that converts them; years 0 to 9999
};

enum class Look : uint8_t {
  sample,    // the first and the last hundred rows of each table: quick on any file
  all_rows,  // reads every row of every table with a DateTime
};

[[nodiscard]] result<std::vector<IntegerTimes>> find_integer_times(const SqliteOptions& options,
                                                                   const schema::Schema& schema,
                                                                   Look look);

// Converts all of them in one transaction; returns how many cells. Prisma reads the text as well.
result<int64_t> convert_integer_times(const SqliteOptions& options, const schema::Schema& schema);

// One sentence for a warning, with the statements.
[[nodiscard]] std::string describe_integer_times(const std::vector<IntegerTimes>& found);

}  // namespace trivet::store::sqlite
