// What a request gives to a function: names, and values as JSON, or one raw body. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/rest/request/request.h"
#include "base/error.h"
#include "store/procedure.h"

namespace trivet::api::rest {

struct Arguments {
  std::vector<std::string> names;     // sorted, each once
  std::string json = "{}";            // an object with them
  std::vector<Parameter> values;      // of GET: the object is made for the overload chosen
  std::string_view raw;               // the body
  std::string_view raw_type;          // what one unnamed argument may be: json, text, xml, bytea; empty = none
  std::vector<Parameter> rest;        // what is about the result
};

// Views `request`. PGRST102 for a body that can't be read.
[[nodiscard]] result<Arguments> read_arguments(const ApiRequest& api, const http::Request& request);
// The object with the arguments for `procedure`: a variadic one collects its repeats.
[[nodiscard]] std::string arguments_json(const Arguments& arguments, const store::Procedure& procedure);

}  // namespace trivet::api::rest
