#include "http/pipeline/vary.h"

#include <string>

#include "http/text.h"

namespace trivet::http {

void add_vary(std::string_view name, Response& response) {
  for (auto& [field, value] : response.headers) {
    if (field.size() != 4 || !equals_lower(field, "vary")) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const std::string_view element = take_element(rest);
      if (element == name || element == "*") return;
    }
    value.append(", ").append(name);
    return;
  }
  response.set("Vary", name);
}

}  // namespace trivet::http
