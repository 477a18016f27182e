// Any bytes, split at any place, give the same requests and the same verdict as in one piece, without a crash.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/h1/chunked.h"
#include "http/h1/head.h"

namespace {

using namespace trivet;
using namespace trivet::http;

// Everything that the messages in `bytes` mean, as text; `bytes` come in two parts.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::string read(size_t split) {
    for (visible_ = split;; visible_ = bytes_.size()) {
      while (step()) {
      }
      if (visible_ == bytes_.size() || failed_) return std::move(told_);
    }
  }

 private:
  std::string_view pending() const { return bytes_.substr(at_, visible_ - at_); }

  bool fail(const h1::Fault& fault) {
    told_ += "fault " + std::to_string(fault.status);
    failed_ = true;
    return false;
  }

  bool step() {
    if (failed_) return false;
    return in_body_ ? step_body() : step_head();
  }

  bool step_head() {
    if (pending().empty()) return false;
    const h1::parsed<size_t> head = scanner_.scan(pending());
    if (!head) return fail(head.error());
    if (*head == 0) return false;
    Request request;
    const h1::parsed<h1::Framing> framing =
        h1::parse_head(pending().substr(0, *head), limits_, request);
    if (!framing) return fail(framing.error());
    framing_ = *framing;
    told_ += "request " + std::string(request.method_text) + ' ' + std::string(request.path) + '?' +
             std::string(request.query) + ' ' + std::to_string(request.headers.size()) + '\n';
    for (const HeaderView& field : request.headers)
      told_ += std::string(field.name) + ':' + std::string(field.value) + '\n';
    at_ += *head;
    scanner_.reset();
    body_.clear();
    decoder_ = h1::ChunkedDecoder(limits_);
    in_body_ = framing_.body != h1::BodyKind::none;
    return true;
  }

  bool step_body() {
    if (framing_.body == h1::BodyKind::fixed) {
      const size_t wanted = framing_.content_length - body_.size();
      body_ += pending().substr(0, wanted);
      at_ += std::min(wanted, pending().size());
      if (body_.size() < framing_.content_length) return false;
    } else {
      const auto step = decoder_.feed(pending(), body_);
      if (!step) return fail(step.error());
      at_ += step->consumed;
      if (step->progress != h1::ChunkedDecoder::Progress::done) return false;
    }
    told_ += "body " + body_ + '\n';
    in_body_ = false;
    return true;
  }

  const std::string_view bytes_;
  const Limits limits_{.header_count_max = 20, .header_bytes_max = 2000, .url_bytes_max = 200,
                       .body_bytes_max = 1000};
  size_t at_ = 0;
  size_t visible_ = 0;
  h1::HeadScanner scanner_{limits_};
  h1::ChunkedDecoder decoder_{limits_};
  h1::Framing framing_;
  std::string body_;
  std::string told_;
  bool in_body_ = false;
  bool failed_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const size_t split = (data[0] * 256u + data[1]) % (bytes.size() + 1);
  if (Reader(bytes).read(split) != Reader(bytes).read(bytes.size())) std::abort();
  return 0;
}
