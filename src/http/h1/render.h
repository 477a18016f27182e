// Response heads as HTTP/1.1 bytes. Appends to a buffer that is reused; allocates nothing itself.
//
// Decides the framing of the answer: Content-Length on every body and on empty answers that may have one; none on
// 1xx, 204, 304 and HEAD; chunked for a body that is made while it is sent. A header whose value holds a line break or
// NUL is left out.
#pragma once

#include <string>
#include <string_view>

#include "http/h1/head.h"
#include "http/message.h"

namespace trivet::http::h1 {

enum class Answer : uint8_t { whole, head_only };

struct RenderContext {
  int minor_version = 1;  // of the request
  Persistence persistence = Persistence::keep;
  Answer answer = Answer::whole;  // head_only: the request was HEAD
  std::string_view date;          // IMF-fixdate
  std::string_view request_id;    // empty = none
};

// Whether the body of `response` is sent after its head.
[[nodiscard]] bool sends_body(const Response& response, Answer answer);

void render_head(const Response& response, const RenderContext& context, std::string& out);

// One chunk of a chunked body; `last_chunk` ends it.
void render_chunk(std::string_view bytes, std::string& out);
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace trivet::http::h1
