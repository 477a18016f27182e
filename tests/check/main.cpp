// trivet-check: JSON lines in, JSON lines out, one part of the product per operation, so that foreign test suites can be
// applied to a part. {"op":"schema.check",…} → {"ok":true,…}. A request that can't be understood gets {"error":"…"}.
#include <algorithm>
#include <iostream>
#include <string>

#include "operations.h"

namespace {

std::string answer(simdjson::dom::parser& parser, const std::string& line) {
  using trivet::check::json_string;
  try {
    const simdjson::dom::object request = parser.parse(line).get_object();
    const std::string_view name = request["op"].get_string();
    for (const auto& row : trivet::check::operations()) {
      if (row.name == name) return row.run(request);
    }
    return "{\"error\":" + json_string("unknown op " + std::string(name)) + "}";
  } catch (const simdjson::simdjson_error& failure) {
    return "{\"error\":" + json_string(failure.what()) + "}";
  }
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  simdjson::dom::parser parser;
  for (std::string line; std::getline(std::cin, line);) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    std::cout << answer(parser, line) << '\n' << std::flush;
  }
}
