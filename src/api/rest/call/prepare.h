// A request and the overload that it means → the call. Pure.
#pragma once

#include "api/rest/call/choose.h"
#include "api/rest/request/media.h"
#include "api/rest/resolve/parameters.h"
#include "api/rest/encode/codec.h"
#include "base/limits.h"
#include "engine/engine.h"

namespace trivet::api::rest {

struct CallOptions {
  const Limits& limits;
  engine::Engine& engine;  // reads what results embed
  const Identity& identity;
  TransactionEnd end{};
  bool aggregates_allowed = false;
  const std::vector<std::string>& schemas;  // that are served
  ComputedFields* computed = nullptr;
};

// See embed.h.
struct CallEmbedding {
  std::shared_ptr<const engine::Plan> plan;
  Parameters parameters;
  LevelCodec codec;
  std::shared_ptr<const Zone> zone;
  int rows_param = -1;
  // Which rows are shown depends on what they embed, so their order, page and number are this read's and not the call's.
  bool has_page = false;
};

struct PreparedCall {
  store::Call call;
  Media media;
  std::string preference_applied;
  std::string profile{};  // told in Content-Profile; empty: it isn't
  int64_t offset = 0;
  bool is_counted = false;
  std::unique_ptr<CallEmbedding> embedding{};  // null: only columns of the result are asked for
};

// `api` with its parameters; PGRST100, 103, 107, 108, 122, 123, 127, 128, 200; what prepare_embedding refuses.
[[nodiscard]] result<PreparedCall> prepare_call(const ApiRequest& api, const http::Request& request,
                                                const Arguments& arguments, const Choice& choice,
                                                const CallOptions& options);

}  // namespace trivet::api::rest
