// The three encoders. Levels are the fastest that still shrink JSON well: bodies below 64 KiB are encoded on an event loop.
#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include "http/pipeline/compress.h"

namespace trivet::http {
namespace {

constexpr int gzip_level = 4;
constexpr int gzip_window_bits = 15 + 16;  // 16: a gzip header, not zlib's
constexpr int gzip_memory_level = 8;
constexpr int brotli_quality = 4;
constexpr int brotli_window_bits = 18;
constexpr int zstd_level = 3;

std::unexpected<Error> encoder_failed() {
  return fail(ErrorCode::internal, "a compressor failed");
}

result<std::string> encode_gzip(std::string_view body) {
  z_stream stream{};
  if (deflateInit2(&stream, gzip_level, Z_DEFLATED, gzip_window_bits, gzip_memory_level,
                   Z_DEFAULT_STRATEGY) != Z_OK)
    return encoder_failed();
  std::string out;
  out.resize(deflateBound(&stream, body.size()));
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int code = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (code != Z_STREAM_END) return encoder_failed();
  return out;
}

result<std::string> encode_brotli(std::string_view body) {
  std::string out;
  out.resize(BrotliEncoderMaxCompressedSize(body.size()));
  size_t size = out.size();
  const BROTLI_BOOL done = BrotliEncoderCompress(
      brotli_quality, brotli_window_bits, BROTLI_MODE_TEXT, body.size(),
      reinterpret_cast<const uint8_t*>(body.data()), &size, reinterpret_cast<uint8_t*>(out.data()));
  if (done == BROTLI_FALSE) return encoder_failed();
  out.resize(size);
  return out;
}

result<std::string> encode_zstd(std::string_view body) {
  std::string out;
  out.resize(ZSTD_compressBound(body.size()));
  const size_t size = ZSTD_compress(out.data(), out.size(), body.data(), body.size(), zstd_level);
  if (ZSTD_isError(size) != 0) return encoder_failed();
  out.resize(size);
  return out;
}

}  // namespace

result<std::string> encode_body(Coding coding, std::string_view body) {
  switch (coding) {
    case Coding::gzip: return encode_gzip(body);
    case Coding::brotli: return encode_brotli(body);
    case Coding::zstd: return encode_zstd(body);
    case Coding::identity: break;
  }
  return std::string(body);
}

}  // namespace trivet::http
