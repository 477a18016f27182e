// An HTTP request as the REST dialect reads it (dialects/rest.md, section 1): path, profile, method, query string, range and
// headers, checked in upstream's order. Nothing is resolved against a schema.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/rest/request/page.h"
#include "api/rest/request/parse.h"
#include "api/rest/request/prefer.h"
#include "base/error.h"
#include "http/message.h"

namespace trivet::api::rest {

// The headers that matter, found in one pass. Views of the request.
struct Headers {
  std::string_view accept;
  std::string_view prefer;        // the first one
  std::string_view range;
  std::string_view accept_profile;
  std::string_view content_profile;
  std::string_view content_type;
  bool several_prefer = false;
};
[[nodiscard]] Headers find_headers(const http::Request& request);
[[nodiscard]] std::string join_prefer(const http::Request& request);

// Whether what a request did stays; and whether Prefer: tx= may say otherwise.
struct TransactionEnd {
  bool rolls_back = false;
  bool may_choose = false;

  [[nodiscard]] bool undoes(const Preferences& prefer) const {
    if (!may_choose || prefer.transaction == Transaction::unspecified) return rolls_back;
    return prefer.transaction == Transaction::rollback;
  }
};

enum class Target : uint8_t { root, relation, function };

struct Path {
  Target target = Target::root;
  std::string name;  // relation or function, decoded
};
// `path` below the prefix "/rest/v1". PGRST125.
[[nodiscard]] result<Path> parse_path(std::string_view path);

// The schema that the request is about: of `schemas` the one that it names, or the first. PGRST106.
[[nodiscard]] result<std::string> find_profile(const http::Request& request, const std::vector<std::string>& schemas);

struct ApiRequest {
  http::Method method = http::Method::get;
  Path path;
  std::string profile;      // the database schema that it is about
  bool names_profile = false;
  std::vector<Parameter> parameters;
  Query query;
  Preferences prefer;
  std::optional<HeaderRange> range;
  Page page;                // of the root
  std::string_view accept;  // view of the HTTP request
  std::vector<int> simple_segments;  // `&` parts whose literal the decode cache may replace

  [[nodiscard]] bool is_read() const {
    return method == http::Method::get || method == http::Method::head;
  }
};

// `schemas`: those that are served, at least one. PGRST100, 101, 103, 106, 114, 117, 125.
[[nodiscard]] result<ApiRequest> decode_request(const http::Request& request,
                                                std::string_view path_below_prefix,
                                                const std::vector<std::string>& schemas);

}  // namespace trivet::api::rest
