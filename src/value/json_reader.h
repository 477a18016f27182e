// JSON of RFC 8259, strictly: the whole text is checked once, then walked in place without being
// able to fail.
//
// parse_json() checks the grammar, UTF-8, escapes (a lone surrogate escape is refused: it has no
// UTF-8 form) and the nesting limit. A byte order mark is refused (RFC 8259 8.1 lets a parser
// choose; a mark is never part of a value that we would store verbatim). Numbers keep their text,
// so 1e400 and 30-digit integers survive to whoever wants a number from them. Duplicate keys are
// delivered all, in order; find() takes the last. Empty text is refused.
//
// A JsonValue is a view of one value inside a checked text, cheap to copy, valid as long as the
// text. It can also be made from text known to be valid (Value::json). Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "value/arena.h"

namespace trivet {

enum class JsonKind : uint8_t { null, boolean, number, string, array, object };

class JsonElements;
class JsonMembers;

// The body of a string token, between the quotes.
class JsonString {
 public:
  JsonString() = default;
  JsonString(std::string_view body, bool escaped) : body_(body), escaped_(escaped) {}
  // Undecoded; equals the text when !escaped().
  [[nodiscard]] std::string_view body() const { return body_; }
  [[nodiscard]] bool escaped() const { return escaped_; }
  // Decoded: a view of the document, or of the arena if there were escapes. May hold U+0000.
  [[nodiscard]] std::string_view text(Arena& arena) const;
  void append_to(std::string& out) const;
  [[nodiscard]] bool equals(std::string_view text) const;

 private:
  std::string_view body_;
  bool escaped_ = false;
};

class JsonValue {
 public:
  JsonValue() : raw_("null") {}
  // `text` is valid JSON (checked by parse_json before, now or when it was stored); blanks around
  // it are dropped.
  [[nodiscard]] static JsonValue trusted(std::string_view text);

  [[nodiscard]] JsonKind kind() const { return kind_; }
  // The value's exact text, without blanks around it.
  [[nodiscard]] std::string_view raw() const { return raw_; }

  [[nodiscard]] bool is_null() const { return kind_ == JsonKind::null; }
  [[nodiscard]] bool as_boolean() const { return raw_.front() == 't'; }  // kind boolean
  [[nodiscard]] std::string_view as_number() const { return raw_; }      // kind number: its text
  [[nodiscard]] JsonString as_string() const {                           // kind string
    return {raw_.substr(1, raw_.size() - 2), escaped_};
  }
  [[nodiscard]] JsonElements elements() const;  // kind array
  [[nodiscard]] JsonMembers members() const;    // kind object
  // Member of an object (last duplicate wins), or nullopt; nullopt for other kinds.
  [[nodiscard]] std::optional<JsonValue> find(std::string_view key) const;

 private:
  friend class JsonScan;
  JsonKind kind_ = JsonKind::null;
  bool escaped_ = false;  // strings: has a backslash
  std::string_view raw_;
};

struct JsonMember {
  JsonString key;
  JsonValue value;
};

struct JsonEnd {};

// for (JsonValue element : value.elements())
class JsonElements {
 public:
  class Iterator {
   public:
    Iterator(const char* at, const char* end);
    const JsonValue& operator*() const { return value_; }
    const JsonValue* operator->() const { return &value_; }
    Iterator& operator++();
    bool operator==(JsonEnd) const { return at_ == nullptr; }

   private:
    const char* at_;  // behind the current value; null at the end
    const char* end_;
    JsonValue value_;
  };
  explicit JsonElements(std::string_view raw) : raw_(raw) {}
  [[nodiscard]] Iterator begin() const { return {raw_.data() + 1, raw_.data() + raw_.size()}; }
  [[nodiscard]] JsonEnd end() const { return {}; }

 private:
  std::string_view raw_;
};

// for (const JsonMember& member : value.members()), in the text's order, duplicates included.
class JsonMembers {
 public:
  class Iterator {
   public:
    Iterator(const char* at, const char* end);
    const JsonMember& operator*() const { return member_; }
    const JsonMember* operator->() const { return &member_; }
    Iterator& operator++();
    bool operator==(JsonEnd) const { return at_ == nullptr; }

   private:
    const char* at_;
    const char* end_;
    JsonMember member_;
  };
  explicit JsonMembers(std::string_view raw) : raw_(raw) {}
  [[nodiscard]] Iterator begin() const { return {raw_.data() + 1, raw_.data() + raw_.size()}; }
  [[nodiscard]] JsonEnd end() const { return {}; }

 private:
  std::string_view raw_;
};

struct JsonFault {
  enum class Reason : uint8_t {
    empty,
    bad_utf8,
    byte_order_mark,
    unexpected,
    bad_literal,
    bad_number,
    bad_escape,
    lone_surrogate,
    control_character,
    unterminated,
    too_deep,
    trailing
  };
  Reason reason;
  size_t offset;  // byte where it was seen
};
// "unexpected character", "number is malformed", …: safe to show.
[[nodiscard]] std::string_view json_fault_text(JsonFault::Reason reason);

// Checks `text` whole and returns its value, a view of `text`. depth_max: containers inside each
// other (Limits::json_depth_max).
[[nodiscard]] std::expected<JsonValue, JsonFault> parse_json(std::string_view text,
                                                             uint32_t depth_max);

}  // namespace trivet
