// Writes JSON documents piece by piece, commas included. For documents that are made rarely; rows have their own way
// (encode/rows.h).
#pragma once

#include <string>
#include <string_view>

#include "value/json_writer.h"

namespace trivet::api::rest {

class JsonText {
 public:
  JsonText& open_object() { return open('{'); }
  JsonText& close_object() { return close('}'); }
  JsonText& open_array() { return open('['); }
  JsonText& close_array() { return close(']'); }
  JsonText& key(std::string_view name) {
    comma();
    append_json_string(out_, name);
    out_ += ':';
    first_ = true;
    return *this;
  }
  JsonText& string(std::string_view text) {
    comma();
    append_json_string(out_, text);
    return *this;
  }
  // Already JSON.
  JsonText& raw(std::string_view json) {
    comma();
    out_ += json;
    return *this;
  }
  JsonText& member(std::string_view name, std::string_view text) { return key(name).string(text); }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  JsonText& open(char c) {
    comma();
    out_ += c;
    first_ = true;
    return *this;
  }
  JsonText& close(char c) {
    out_ += c;
    first_ = false;
    return *this;
  }
  void comma() {
    if (!first_) out_ += ',';
    first_ = false;
  }

  std::string out_;
  bool first_ = true;
};

}  // namespace trivet::api::rest
