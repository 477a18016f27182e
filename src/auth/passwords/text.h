// Reading the parts of stored password hashes. Internal to passwords. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trivet::auth {

[[nodiscard]] std::vector<std::string_view> split_text(std::string_view text, char separator);

// A decimal number without sign or blanks, at most `most`.
[[nodiscard]] std::optional<uint64_t> parse_count(std::string_view text, uint64_t most);

// RFC 4648, section 4; padded or not. nullopt for other letters, or an impossible length.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);
[[nodiscard]] std::string encode_base64(std::string_view bytes);
[[nodiscard]] std::string encode_base64_unpadded(std::string_view bytes);

// Either letter case. nullopt for other letters, or an odd length.
[[nodiscard]] std::optional<std::string> decode_hex(std::string_view text);
[[nodiscard]] std::string encode_hex(std::string_view bytes);

}  // namespace trivet::auth
