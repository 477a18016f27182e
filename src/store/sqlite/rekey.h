// Encrypts, decrypts, or changes the key of a database file that nobody else has open. Blocks;
// rewrites the whole file.
#pragma once

#include <string>

#include "base/error.h"
#include "store/sqlite/options.h"

namespace trivet::store::sqlite {

// options.key is the key now (empty: not encrypted); an empty `new_key` decrypts.
result<void> rekey_database(const SqliteOptions& options, const std::string& new_key);

}  // namespace trivet::store::sqlite
