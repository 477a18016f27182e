#include "operations.h"

#include <array>

namespace trivet::check {
namespace {

constexpr std::array rows = {
    OperationRow{"rest.parse", rest_parse},
    OperationRow{"rule.eval", rule_eval},
    OperationRow{"schema.check", schema_check},
    OperationRow{"schema.dmmf", schema_dmmf},
    OperationRow{"schema.format", schema_format},
    OperationRow{"json.parse", json_parse},
    OperationRow{"jws.verify", jws_verify},
};

}  // namespace

std::span<const OperationRow> operations() { return rows; }

std::string json_string(std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') (out += '\\') += c;
    else if (c == '\n') out += "\\n";
    else if (byte < 0x20) (((out += "\\u00") += hex[byte >> 4]) += hex[byte & 15]);
    else out += c;
  }
  return out += '"';
}

}  // namespace trivet::check
