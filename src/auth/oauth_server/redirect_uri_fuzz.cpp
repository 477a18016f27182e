// Two lines, any bytes: an address that a browser is to be sent to, and one that a program registered.
// Never a crash; what matches is as safe as what was registered.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "auth/oauth_server/redirect_uri.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace trivet::auth;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t end = text.find('\n');
  if (end == text.npos) return 0;
  const std::string_view asked = text.substr(0, end);
  const std::string_view registered = text.substr(end + 1);
  (void)is_resource(asked);
  (void)is_page(asked);
  if (!check_redirect_uri(registered)) return 0;
  if (!matches_redirect_uri(registered, registered)) std::abort();
  if (!matches_redirect_uri(asked, registered) || asked == registered) return 0;
  const bool is_here = asked.starts_with("http://127.0.0.1") || asked.starts_with("http://[::1]");
  if (!is_here || asked.find('@') < asked.find('/', 7) || !check_redirect_uri(asked)) std::abort();
  return 0;
}
