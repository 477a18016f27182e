// What the rows of a function embed: `rpc/films_of?select=title,actors(name)`, where the function gives rows of a table that is a
// model of ours.
//
// The call comes first, in its own transaction; the engine then reads over the rows that it gave
// (store::Level::rows_param). The rows themselves are the function's affair, as without embedding; what hangs on them is read
// under the rules of who asks. One request's; not shared.
#pragma once

#include <memory>

#include "api/rest/call/prepare.h"
#include "base/task.h"

namespace trivet::api::rest {

// Whether the selection asks for more than the columns of the rows.
[[nodiscard]] bool asks_for_embedding(const Query& query);
// Whether a condition on the rows is about what they embed (`actors=not.is.null`), and so not one on their columns.
[[nodiscard]] bool is_about_embeds(const Query& query, const Logic& logic);

// Authorised: what may not be embedded is refused before the function runs. PGRST108, 118, 123, 127, 200, 201; 42501; 54001.
[[nodiscard]] result<std::unique_ptr<CallEmbedding>> prepare_embedding(const ApiRequest& api, const Page& page,
                                                                       const store::Procedure& procedure,
                                                                       const CallOptions& options);

// Puts what the rows embed into a call's answer, whose body becomes that of the request. `prepared` has an embedding.
[[nodiscard]] task<result<void>> embed_rows(const PreparedCall& prepared, engine::Engine& engine,
                                            engine::Context context, store::CallAnswer& answer);

}  // namespace trivet::api::rest
