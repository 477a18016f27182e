// The operations of trivet-check: a name and a function from a request object to an answer object.
//
// To add one, write a file with a function of the type Operation and a row in operations.cpp.
#pragma once

#include <simdjson.h>

#include <span>
#include <string>
#include <string_view>

namespace trivet::check {

// Returns the answer as JSON text, an object. May throw simdjson_error for a request of the wrong shape.
using Operation = std::string (*)(simdjson::dom::object request);

struct OperationRow {
  std::string_view name;
  Operation run;
};

[[nodiscard]] std::span<const OperationRow> operations();

// text as a JSON string with its quotes.
[[nodiscard]] std::string json_string(std::string_view text);

std::string rule_eval(simdjson::dom::object request);
std::string rest_parse(simdjson::dom::object request);
std::string schema_check(simdjson::dom::object request);
std::string schema_dmmf(simdjson::dom::object request);
std::string schema_format(simdjson::dom::object request);
std::string json_parse(simdjson::dom::object request);
std::string jws_verify(simdjson::dom::object request);

}  // namespace trivet::check
