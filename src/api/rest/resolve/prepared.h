// A request made ready to run and to answer: the Operation with its parameters, and everything of the answer that is known
// before the rows are. Made once for each shape of request; the decode cache keeps it and puts other literals into its slots.
//
// Immutable once made; any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/rest/encode/codec.h"
#include "api/rest/request/body.h"
#include "api/rest/request/media.h"
#include "api/rest/request/request.h"
#include "api/rest/resolve/parameters.h"
#include "api/rest/resolve/visibility.h"
#include "engine/operation.h"
#include "store/writable_views.h"

namespace trivet::api::rest {

// Content-Location: pieces of fixed text, each followed by the text of an `&` part's literal.
struct LocationPiece {
  std::string text;
  int segment = -1;  // -1: nothing follows
};

struct Prepared {
  std::shared_ptr<const Catalog> catalog;
  int model = -1;
  http::Method method = http::Method::get;
  Media media;
  Preferences prefer;
  bool tells_profile = false;  // in Content-Profile
  engine::Operation operation;
  Parameters parameters;
  LevelCodec codec;
  std::vector<SeenField> seen;  // fields with rules that a `*` met
  bool is_callers_own = false;  // functions that not everyone may call are part of it: not for the cache
  std::string preference_applied;
  std::vector<LocationPiece> content_location;
  std::vector<Column> body_columns;  // one for each key of the body that is a column, in its order
  std::vector<Column> key;  // headers-only: what Location shows; outputs of the operation in this order

  [[nodiscard]] bool is_read() const {
    return method == http::Method::get || method == http::Method::head;
  }
  [[nodiscard]] bool wants_rows() const {
    return is_read() || prefer.return_ == Return::representation;
  }
};

struct PrepareOptions {
  const Limits& limits;
  bool aggregates_allowed = false;
  TransactionEnd end{};
  bool plans_allowed = false;
  const Visibility& visibility;
  const store::WritableViews* views = nullptr;  // null: no view takes writes
  ComputedFields* computed = nullptr;
};

// `body` is used by POST, PATCH and PUT; the result views it, and so must not outlive it when it writes.
struct RequestBody {
  std::string_view content_type;
  std::string_view bytes;
};

[[nodiscard]] result<std::shared_ptr<Prepared>> prepare(std::shared_ptr<const Catalog> catalog,
                                                        const ApiRequest& request,
                                                        const RequestBody& body,
                                                        const PrepareOptions& options);

}  // namespace trivet::api::rest
