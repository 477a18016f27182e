#include "api/docs/assets.h"

#include <zlib.h>

#include "base/error.h"

// Each symbol pair is a file that CMake compressed (TRIVET_VIEWER_*), placed in read-only data by the assembler.
#define TRIVET_EMBED(symbol, path)                                              \
  __asm__(".section .rodata\n.global " #symbol "_begin\n.global " #symbol "_end\n" \
          #symbol "_begin:\n.incbin \"" path "\"\n" #symbol "_end:\n.byte 0\n.text\n"); \
  extern "C" const char symbol##_begin[];                                       \
  extern "C" const char symbol##_end[];

TRIVET_EMBED(trivet_viewer_script, TRIVET_VIEWER_SCRIPT)
TRIVET_EMBED(trivet_viewer_style, TRIVET_VIEWER_STYLE)

namespace trivet::api::docs {

Asset viewer_script() {
  return {{trivet_viewer_script_begin, trivet_viewer_script_end}, "text/javascript; charset=utf-8"};
}

Asset viewer_style() {
  return {{trivet_viewer_style_begin, trivet_viewer_style_end}, "text/css; charset=utf-8"};
}

std::string inflate(const Asset& asset) {
  z_stream stream{};
  constexpr int gzip_window = 15 + 16;
  TRIVET_ASSERT(inflateInit2(&stream, gzip_window) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(asset.gzip.data()));
  stream.avail_in = static_cast<uInt>(asset.gzip.size());
  std::string plain;
  int status = Z_OK;
  while (status == Z_OK) {
    const size_t before = plain.size();
    plain.resize(before + 256 * 1024);
    stream.next_out = reinterpret_cast<Bytef*>(plain.data() + before);
    stream.avail_out = 256 * 1024;
    status = ::inflate(&stream, Z_NO_FLUSH);
    plain.resize(plain.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  TRIVET_ASSERT(status == Z_STREAM_END);
  return plain;
}

}  // namespace trivet::api::docs
