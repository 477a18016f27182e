#include "value/json/json_scan.h"
#include "value/json_reader.h"

namespace trivet {

// Reads one value of trusted text.
class JsonScan {
 public:
  // `at` is behind blanks; moves it behind the value. At the end of broken text: null.
  static JsonValue read(const char*& at, const char* end) {
    JsonValue value;
    if (at == end) return value;
    const char* const begin = at;
    switch (*at) {
      case '"':
        value.kind_ = JsonKind::string;
        at = skip_string(at, end, value.escaped_);
        break;
      case '{':
      case '[':
        value.kind_ = *at == '{' ? JsonKind::object : JsonKind::array;
        at = skip_container(at, end);
        break;
      default:
        value.kind_ = *at == 't' || *at == 'f' ? JsonKind::boolean
                      : *at == 'n'             ? JsonKind::null
                                               : JsonKind::number;
        at = skip_word(at, end);
    }
    value.raw_ = {begin, static_cast<size_t>(at - begin)};
    // A string or container that lacks its end would be cut by as_string() and members().
    const bool cut = value.raw_.size() < 2 && (*begin == '"' || *begin == '{' || *begin == '[');
    return cut ? JsonValue() : value;
  }

  static JsonString read_key(const char*& at, const char* end) {
    if (at == end || *at != '"') {
      at = end;
      return {};
    }
    const char* const begin = at;
    bool escaped = false;
    at = skip_string(at, end, escaped);
    if (at - begin < 2) return {};
    return {{begin + 1, static_cast<size_t>(at - begin - 2)}, escaped};
  }

 private:
  static const char* skip_string(const char* at, const char* end, bool& escaped) {
    ++at;
    while (true) {
      at = find_json_string_stop(at, end);
      if (at == end) return end;
      if (*at == '"') return at + 1;
      if (*at != '\\') {
        ++at;
        continue;
      }
      escaped = true;
      at += end - at >= 2 ? 2 : 1;
    }
  }

  static const char* skip_container(const char* at, const char* end) {
    size_t depth = 0;
    bool escaped = false;
    while (at != end) {
      switch (*at) {
        case '"':
          at = skip_string(at, end, escaped);
          continue;
        case '{':
        case '[':
          ++depth;
          break;
        case '}':
        case ']':
          if (--depth == 0) return at + 1;
          break;
        default:
          break;
      }
      ++at;
    }
    return end;
  }

  static const char* skip_word(const char* at, const char* end) {
    const char* const begin = at;
    while (at != end && *at != ',' && *at != '}' && *at != ']' && *at != ':' && !is_json_blank(*at))
      ++at;
    return at == begin ? end : at;
  }
};

namespace {

// The first value or member behind an opening bracket; null when there is none.
const char* begin_items(const char* at, const char* end) {
  at = skip_json_blanks(at, end);
  return at == end || *at == ']' || *at == '}' ? nullptr : at;
}

// Behind an item: the next one, or null.
const char* next_item(const char* at, const char* end) {
  at = skip_json_blanks(at, end);
  if (at == end || *at != ',') return nullptr;
  at = skip_json_blanks(at + 1, end);
  return at == end ? nullptr : at;
}

JsonMember read_member(const char*& at, const char* end) {
  JsonMember member;
  member.key = JsonScan::read_key(at, end);
  at = skip_json_blanks(at, end);
  if (at != end) at = skip_json_blanks(at + 1, end);  // the colon
  member.value = JsonScan::read(at, end);
  return member;
}

}  // namespace

JsonValue JsonValue::trusted(std::string_view text) {
  const char* const end = text.data() + text.size();
  const char* at = skip_json_blanks(text.data(), end);
  return JsonScan::read(at, end);
}

JsonElements JsonValue::elements() const { return JsonElements(raw_); }
JsonMembers JsonValue::members() const { return JsonMembers(raw_); }

std::optional<JsonValue> JsonValue::find(std::string_view key) const {
  std::optional<JsonValue> found;
  if (kind_ != JsonKind::object) return found;
  for (const JsonMember& member : members()) {
    if (member.key.equals(key)) found = member.value;
  }
  return found;
}

JsonElements::Iterator::Iterator(const char* at, const char* end)
    : at_(begin_items(at, end)), end_(end) {
  if (at_ != nullptr) value_ = JsonScan::read(at_, end_);
}

JsonElements::Iterator& JsonElements::Iterator::operator++() {
  at_ = next_item(at_, end_);
  if (at_ != nullptr) value_ = JsonScan::read(at_, end_);
  return *this;
}

JsonMembers::Iterator::Iterator(const char* at, const char* end)
    : at_(begin_items(at, end)), end_(end) {
  if (at_ != nullptr) member_ = read_member(at_, end_);
}

JsonMembers::Iterator& JsonMembers::Iterator::operator++() {
  at_ = next_item(at_, end_);
  if (at_ != nullptr) member_ = read_member(at_, end_);
  return *this;
}

}  // namespace trivet
