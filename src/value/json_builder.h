// JsonBuilder: whole JSON documents, written in order: objects, members, arrays, with the commas in the right places.
//
//   JsonBuilder json;  json.open_object();  json.member("a", 1);  json.key("b");  json.open_array(); … json.close();
//
// For documents that people and tools read (descriptions, reports); answers to requests use json_writer.h directly.
// Keys keep the order in which they are written; a key given twice is the caller's bug. Not thread-safe.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace trivet {

class JsonBuilder {
 public:
  JsonBuilder& open_object();
  JsonBuilder& open_array();
  // Closes the innermost object or array.
  JsonBuilder& close();
  JsonBuilder& key(std::string_view name);

  JsonBuilder& value(std::string_view text);
  JsonBuilder& value(const char* text) { return value(std::string_view(text)); }
  JsonBuilder& value(std::same_as<bool> auto flag) { return raw(flag ? "true" : "false"); }
  JsonBuilder& value(std::integral auto number)
    requires(!std::same_as<decltype(number), bool>)
  {
    return raw(std::to_string(number));
  }
  JsonBuilder& null() { return raw("null"); }
  // Text that is JSON already.
  JsonBuilder& raw(std::string_view json);

  JsonBuilder& member(std::string_view name, const auto& content) { return key(name).value(content); }

  // The document; every object and array must be closed.
  [[nodiscard]] std::string take();

 private:
  void separate();

  std::string out_;
  std::vector<char> closers_;
  bool needs_comma_ = false;
};

}  // namespace trivet
