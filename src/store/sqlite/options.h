// Settings of an SQLite store; [database] of trivet.toml. A value.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace trivet::store::sqlite {

enum class Missing : uint8_t { create, refuse };

struct SqliteOptions {
  std::string path;
  std::string key;                                 // empty: not encrypted
  Missing missing = Missing::create;               // what to do if there is no file
  std::chrono::milliseconds busy_timeout{5000};    // for locks of other processes, when writing
  std::chrono::milliseconds read_busy_timeout{0};  // reads on an event loop don't wait
  int64_t cache_kib = 8 * 1024;                    // page cache of each connection
  int64_t mmap_bytes = int64_t{256} << 20;         // not used when encrypted
  size_t statements_max = 512;                     // prepared queries kept per connection
  size_t connections_max = 64;                     // threads that read
  size_t write_queue_max = 16 * 1024;              // programs waiting for the writer
  size_t group_max = 1024;                         // programs committed together
  int checkpoint_pages = 4000;  // size of the log at which it is folded into the file
};

}  // namespace trivet::store::sqlite
