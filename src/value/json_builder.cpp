#include "value/json_builder.h"

#include <utility>

#include "base/error.h"
#include "value/json_writer.h"

namespace trivet {

void JsonBuilder::separate() {
  if (needs_comma_) out_ += ',';
  needs_comma_ = true;
}

JsonBuilder& JsonBuilder::open_object() {
  separate();
  out_ += '{';
  closers_.push_back('}');
  needs_comma_ = false;
  return *this;
}

JsonBuilder& JsonBuilder::open_array() {
  separate();
  out_ += '[';
  closers_.push_back(']');
  needs_comma_ = false;
  return *this;
}

JsonBuilder& JsonBuilder::close() {
  TRIVET_ASSERT(!closers_.empty());
  out_ += closers_.back();
  closers_.pop_back();
  needs_comma_ = true;
  return *this;
}

JsonBuilder& JsonBuilder::key(std::string_view name) {
  TRIVET_ASSERT(!closers_.empty() && closers_.back() == '}');
  separate();
  append_json_string(out_, name);
  out_ += ':';
  needs_comma_ = false;
  return *this;
}

JsonBuilder& JsonBuilder::value(std::string_view text) {
  separate();
  append_json_string(out_, text);
  return *this;
}

JsonBuilder& JsonBuilder::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

std::string JsonBuilder::take() {
  TRIVET_ASSERT(closers_.empty());
  needs_comma_ = false;
  return std::exchange(out_, {});
}

}  // namespace trivet
