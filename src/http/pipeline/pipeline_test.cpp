#include "http/pipeline/pipeline.h"

#include <brotli/decode.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include "http/pipeline/compress.h"
#include "http/pipeline/etag.h"

namespace trivet::http {
namespace {

Request get(std::vector<HeaderView> headers = {}) {
  Request request;
  request.method = Method::get;
  request.method_text = "GET";
  request.path = "/";
  request.headers = std::move(headers);
  return request;
}

Response json(std::string body) {
  Response response;
  response.content_type = "application/json; charset=utf-8";
  response.body = std::move(body);
  return response;
}

// Value of a header of the answer; "-" when absent.
std::string header_of(const Response& response, std::string_view name) {
  for (const auto& [field, value] : response.headers)
    if (field == name) return value;
  return "-";
}

std::string decoded(Coding coding, const std::string& body, size_t size) {
  std::string out(size, '\0');
  size_t length = size;
  if (coding == Coding::gzip) {
    z_stream stream{};
    inflateInit2(&stream, 15 + 16);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
    stream.avail_in = static_cast<uInt>(body.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
    inflateEnd(&stream);
  } else if (coding == Coding::brotli) {
    BrotliDecoderDecompress(body.size(), reinterpret_cast<const uint8_t*>(body.data()), &length,
                            reinterpret_cast<uint8_t*>(out.data()));
  } else {
    length = ZSTD_decompress(out.data(), out.size(), body.data(), body.size());
  }
  EXPECT_EQ(length, size);
  return out;
}

std::string long_text() {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "{\"city\":" + std::to_string(i) + "},";
  return text;
}

TEST(Pipeline, EveryStepHasAReason) {
  for (const Pipeline::Step& step : Pipeline::steps()) {
    EXPECT_FALSE(step.name.empty());
    EXPECT_GT(step.reason.size(), 20u) << step.name;
  }
}

TEST(Pipeline, AsksForNothingGetsOnlyATag) {
  const Pipeline pipeline({});
  Response response = json("[]");
  pipeline.after(get(), response);
  EXPECT_TRUE(response.headers.empty());
  EXPECT_NE(response.etag, 0u);
}

TEST(Coding, IsChosenByWeight) {
  struct Case {
    std::string_view accept;
    Coding coding;
  };
  for (const Case& c : std::vector<Case>{
           {"", Coding::identity},
           {"gzip", Coding::gzip},
           {"gzip, deflate, br", Coding::brotli},
           {"gzip, deflate, br, zstd", Coding::zstd},
           {"br;q=0.5, gzip;q=0.8", Coding::gzip},
           {"br;q=0.5, gzip;q=0.05", Coding::brotli},
           {"*", Coding::zstd},
           {"zstd;q=0, *;q=0.1", Coding::brotli},
           {"gzip;q=0", Coding::identity},
           {"GZIP ; Q=1.000", Coding::gzip},
           {"identity, *;q=0", Coding::identity},
           {"deflate", Coding::identity},
       })
    EXPECT_EQ(choose_coding(c.accept), c.coding) << c.accept;
}

TEST(Coding, EachOneDecodes) {
  const std::string text = long_text();
  const Pipeline pipeline({});
  for (const Coding coding : {Coding::gzip, Coding::brotli, Coding::zstd}) {
    Response response = json(text);
    pipeline.after(get({{"Accept-Encoding", coding_name(coding)}}), response);
    EXPECT_EQ(header_of(response, "Content-Encoding"), coding_name(coding));
    EXPECT_EQ(header_of(response, "Vary"), "Accept-Encoding");
    EXPECT_LT(response.body.size(), text.size() / 2);
    EXPECT_EQ(decoded(coding, response.body, text.size()), text);
  }
}

TEST(Coding, LeavesAlone) {
  const Pipeline pipeline({});
  const auto encoding_of = [&](Response response) {
    pipeline.after(get({{"Accept-Encoding", "gzip"}}), response);
    return header_of(response, "Content-Encoding");
  };
  EXPECT_EQ(encoding_of(json(long_text())), "gzip");
  EXPECT_EQ(encoding_of(json(long_text().substr(0, 1023))), "-") << "small";
  Response image = json(long_text());
  image.content_type = "image/png";
  EXPECT_EQ(encoding_of(std::move(image)), "-") << "type";
  Response fixed = json(long_text());
  fixed.set("Content-Encoding", "zstd");
  EXPECT_EQ(encoding_of(std::move(fixed)), "zstd") << "encoded";
  Response raw = json(long_text());
  raw.compressible = false;
  EXPECT_EQ(encoding_of(std::move(raw)), "-") << "forbidden";
}

TEST(Coding, VariesEvenWhenNotApplied) {
  Response response = json(long_text());
  response.set("Vary", "Accept, Prefer");
  Pipeline({}).after(get(), response);
  EXPECT_EQ(header_of(response, "Vary"), "Accept, Prefer, Accept-Encoding");
}

TEST(Etag, IsWeakAndSharedByCodings) {
  Response plain = json(long_text());
  Response zipped = json(long_text());
  Pipeline({}).after(get(), plain);
  Pipeline({}).after(get({{"Accept-Encoding", "br"}}), zipped);
  EXPECT_EQ(plain.etag, zipped.etag);
}

TEST(Etag, MatchIsNotModified) {
  const std::string tag = "W/\"" + [] {
    char text[17];
    std::snprintf(text, sizeof(text), "%016lx", content_hash("[1]"));
    return std::string(text);
  }() + "\"";
  const Pipeline pipeline({});
  const auto status_of = [&](std::string_view if_none_match, Method method) {
    Request request = get({{"If-None-Match", if_none_match}});
    request.method = method;
    Response response = json("[1]");
    response.set("Content-Range", "0-0/*");
    response.set("Content-Location", "/x");
    pipeline.after(request, response);
    EXPECT_EQ(response.body.empty(), response.status == 304);
    EXPECT_EQ(header_of(response, "Content-Range"), response.status == 304 ? "-" : "0-0/*");
    EXPECT_EQ(header_of(response, "Content-Location"), "/x");
    return response.status;
  };
  EXPECT_EQ(status_of(tag, Method::get), 304);
  EXPECT_EQ(status_of(tag, Method::head), 304);
  EXPECT_EQ(status_of(tag, Method::post), 200);
  EXPECT_EQ(status_of(tag.substr(2), Method::get), 304) << "weak comparison";
  EXPECT_EQ(status_of("\"a\", " + tag, Method::get), 304);
  EXPECT_EQ(status_of("*", Method::get), 304);
  EXPECT_EQ(status_of("\"a\"", Method::get), 200);
  EXPECT_EQ(status_of("", Method::get), 200);
}

TEST(Etag, DiffersWithEveryByte) {
  const std::string base(100, 'a');
  for (size_t i = 0; i < base.size(); ++i) {
    std::string other = base;
    other[i] = 'b';
    EXPECT_NE(content_hash(other), content_hash(base)) << i;
  }
  EXPECT_NE(content_hash(base), content_hash(base + '\0'));
}

TEST(Cors, PreflightNeedsNoHandler) {
  Request request = get({{"Origin", "https://a"},
                         {"Access-Control-Request-Method", "POST"},
                         {"Access-Control-Request-Headers", "apikey, x-client-info"}});
  request.method = Method::options;
  const Pipeline pipeline({});
  std::optional<Response> response = pipeline.before(request);
  ASSERT_TRUE(response);
  pipeline.after(request, *response);
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(header_of(*response, "Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(header_of(*response, "Access-Control-Allow-Methods"),
            "GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD");
  EXPECT_EQ(header_of(*response, "Access-Control-Allow-Headers"),
            "Authorization, apikey, x-client-info, Accept, Accept-Language, Content-Language");
  EXPECT_EQ(header_of(*response, "Access-Control-Max-Age"), "86400");
  EXPECT_EQ(header_of(*response, "Access-Control-Allow-Credentials"), "-");
}

TEST(Cors, PlainOptionsIsTheHandlers) {
  Request request = get({{"Origin", "https://a"}});
  request.method = Method::options;
  EXPECT_FALSE(Pipeline({}).before(request));
}

TEST(Cors, OtherRequestsExposeHeaders) {
  Response response = json("[]");
  Pipeline({}).after(get({{"Origin", "https://a"}}), response);
  EXPECT_EQ(header_of(response, "Access-Control-Allow-Origin"), "*");
  EXPECT_NE(header_of(response, "Access-Control-Expose-Headers").find("Content-Range"),
            std::string::npos);
}

TEST(Cors, AllowListNamesTheOrigin) {
  const Pipeline pipeline({.cors = {.origins = {"https://a"}}});
  Response allowed = json("[]");
  pipeline.after(get({{"Origin", "https://a"}}), allowed);
  EXPECT_EQ(header_of(allowed, "Access-Control-Allow-Origin"), "https://a");
  EXPECT_EQ(header_of(allowed, "Access-Control-Allow-Credentials"), "true");
  EXPECT_EQ(header_of(allowed, "Vary"), "Origin");
  Response refused = json("[]");
  refused.set("Access-Control-Allow-Origin", "*");
  pipeline.after(get({{"Origin", "https://a.evil"}}), refused);
  EXPECT_EQ(header_of(refused, "Access-Control-Allow-Origin"), "-");
  EXPECT_EQ(header_of(refused, "Access-Control-Expose-Headers"), "-");
  EXPECT_EQ(header_of(refused, "Vary"), "Origin");
}

TEST(ServerTiming, NamesTheStagesThatWereEntered) {
  Request request = get();
  request.stage_times[static_cast<size_t>(Stage::decode)] = 150'000;
  request.stage_times[static_cast<size_t>(Stage::execute)] = 2'000'000;
  Response response = json("[]");
  Pipeline({.server_timing = Switch::on}).after(request, response);
  EXPECT_EQ(header_of(response, "Server-Timing"), "decode;dur=0.1, execute;dur=2.0");
  Response quiet = json("[]");
  Pipeline({}).after(request, quiet);
  EXPECT_EQ(header_of(quiet, "Server-Timing"), "-");
}

}  // namespace
}  // namespace trivet::http
