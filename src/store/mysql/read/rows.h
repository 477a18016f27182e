// What a Select answered → rows. Errors: data_corrupted.
#pragma once

#include "base/error.h"
#include "store/mysql/command.h"
#include "store/query.h"
#include "value/arena.h"

namespace trivet::store::mysql {

// The cells after the outputs, `extra` of them, are left out.
[[nodiscard]] result<Batch> decode_rows(const Answer& answer, const Level& level, size_t extra,
                                        Arena& arena);

}  // namespace trivet::store::mysql
