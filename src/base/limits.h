// Every limit on outside input, in one place. A limit that a user may change is a field of Limits with its default;
// one that is structural is a constant. Each has a test that hits it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace trivet {

struct Limits {
  // HTTP
  size_t header_count_max = 100;
  size_t header_bytes_max = 32 * 1024;  // request line and all header fields
  size_t url_bytes_max = 16 * 1024;
  size_t body_bytes_max = 16 * 1024 * 1024;
  size_t pipeline_depth_max = 64;
  size_t connections_max = 10'000;
  std::chrono::milliseconds header_timeout{10'000};
  std::chrono::milliseconds body_timeout{30'000};
  std::chrono::milliseconds idle_timeout{75'000};
  std::chrono::milliseconds write_timeout{30'000};
  std::chrono::milliseconds drain_timeout{10'000};
  std::chrono::milliseconds request_timeout{30'000};

  // engine
  uint32_t depth_max = 8;            // embedding depth
  uint32_t embeds_max = 64;          // embedded resources in one request
  uint32_t predicate_nodes_max = 1000;
  uint32_t list_values_max = 20'000;  // values of one `in` list or array literal
  uint64_t rows_max = 1000;          // db-max-rows: caps reads at every level; 0 = none
  uint64_t write_rows_max = 100'000;  // rows of one bulk write
  size_t plans_max = 1024;           // plan cache entries per thread

  // parsers
  uint32_t json_depth_max = 64;
  size_t schema_bytes_max = 32 * 1024 * 1024;
};

// No table has as many columns. Bounds the work for a body whose keys nobody has looked up yet.
inline constexpr size_t body_keys_max = 4096;
// Rows times keys: a few bytes of `columns=` and of `{}` can stand for very many cells.
inline constexpr size_t body_cells_max = 4'000'000;

}  // namespace trivet
