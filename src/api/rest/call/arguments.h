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

// GET: what isn't about the result is an argument. Else all is about the result, and the body has the arguments.
[[nodiscard]] Arguments split_arguments(const ApiRequest& api);
// Adds those of the body, and views it. PGRST102 if it can't be read.
result<void> read_body_arguments(const http::Request& request, Arguments& arguments);
// The object with the arguments for `procedure`: a variadic one collects its repeats.
[[nodiscard]] std::string arguments_json(const Arguments& arguments, const store::Procedure& procedure);

}  // namespace trivet::api::rest
