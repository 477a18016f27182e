// Files that are part of the binary, compressed with gzip when it was built. Static data; lives for ever.
#pragma once

#include <string>
#include <string_view>

namespace trivet::api::docs {

struct Asset {
  std::string_view gzip;  // RFC 1952
  std::string_view content_type;
};

[[nodiscard]] Asset viewer_script();
[[nodiscard]] Asset viewer_style();

// The plain bytes of an asset of ours, for the rare client that doesn't take gzip.
[[nodiscard]] std::string inflate(const Asset& asset);

}  // namespace trivet::api::docs
