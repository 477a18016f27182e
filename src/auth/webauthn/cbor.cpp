#include "auth/webauthn/cbor.h"

#include <limits>

namespace trivet::auth {
namespace {

struct Head {
  unsigned major = 0;
  uint64_t argument = 0;
};

std::optional<Head> take_head(std::string_view& bytes) {
  if (bytes.empty()) return std::nullopt;
  const auto first = static_cast<unsigned char>(bytes.front());
  bytes.remove_prefix(1);
  Head head{static_cast<unsigned>(first >> 5), first & 31U};
  if (head.argument < 24) return head;
  if (head.argument > 27) return std::nullopt;  // reserved, or an indefinite length
  const size_t size = size_t{1} << (head.argument - 24);
  if (bytes.size() < size) return std::nullopt;
  head.argument = 0;
  for (const char c : bytes.substr(0, size))
    head.argument = head.argument << 8 | static_cast<unsigned char>(c);
  bytes.remove_prefix(size);
  // The shortest form: what fits into half of it would have been written there.
  const bool is_short = size == 1 ? head.argument < 24 : head.argument >> (4 * size) == 0;
  if (is_short) return std::nullopt;
  return head;
}

bool is_same_key(const Cbor& a, const Cbor& b) {
  return a.kind == b.kind && a.integer == b.integer && a.string == b.string;
}

std::optional<Cbor> take_item(std::string_view& bytes, size_t depth);

bool take_items(std::string_view& bytes, uint64_t count, size_t depth, Cbor& to) {
  // Each takes a byte at least.
  if (count > bytes.size() || depth >= cbor_depth_max) return false;
  for (uint64_t i = 0; i < count; ++i) {
    auto item = take_item(bytes, depth + 1);
    if (!item) return false;
    to.items.push_back(*std::move(item));
  }
  return true;
}

bool has_sound_keys(const Cbor& map) {
  for (size_t i = 0; i < map.items.size(); i += 2) {
    const Cbor& key = map.items[i];
    if (key.kind != Cbor::Kind::integer && key.kind != Cbor::Kind::text) return false;
    for (size_t k = 0; k < i; k += 2)
      if (is_same_key(map.items[k], key)) return false;
  }
  return true;
}

bool take_number(const Head& head, Cbor& to) {
  if (head.argument > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return false;
  to.kind = Cbor::Kind::integer;
  to.integer = static_cast<int64_t>(head.argument);
  if (head.major == 1) to.integer = -1 - to.integer;
  return true;
}

bool take_string(std::string_view& bytes, const Head& head, Cbor& to) {
  if (head.argument > bytes.size()) return false;
  to.kind = head.major == 2 ? Cbor::Kind::bytes : Cbor::Kind::text;
  to.string = bytes.substr(0, head.argument);
  bytes.remove_prefix(head.argument);
  return true;
}

bool take_simple(const Head& head, Cbor& to) {
  if (head.argument < 20 || head.argument > 22) return false;
  to.kind = head.argument == 22 ? Cbor::Kind::null : Cbor::Kind::boolean;
  to.integer = head.argument == 21 ? 1 : 0;
  return true;
}

constexpr size_t map_keys_max = 64;

std::optional<Cbor> take_item(std::string_view& bytes, size_t depth) {
  const auto head = take_head(bytes);
  if (!head) return std::nullopt;
  Cbor item;
  bool is_good = false;
  switch (head->major) {
    case 0:
    case 1:
      is_good = take_number(*head, item);
      break;
    case 2:
    case 3:
      is_good = take_string(bytes, *head, item);
      break;
    case 4:
      item.kind = Cbor::Kind::array;
      is_good = take_items(bytes, head->argument, depth, item);
      break;
    case 5:
      item.kind = Cbor::Kind::map;
      is_good = head->argument <= map_keys_max &&
                take_items(bytes, head->argument * 2, depth, item) && has_sound_keys(item);
      break;
    case 7:
      is_good = take_simple(*head, item);
      break;
    default:  // tags
      break;
  }
  if (!is_good) return std::nullopt;
  return item;
}

}  // namespace

const Cbor* Cbor::find(std::string_view text_key) const {
  if (kind != Kind::map) return nullptr;
  for (size_t i = 0; i < items.size(); i += 2)
    if (items[i].kind == Kind::text && items[i].string == text_key) return &items[i + 1];
  return nullptr;
}

const Cbor* Cbor::find(int64_t integer_key) const {
  if (kind != Kind::map) return nullptr;
  for (size_t i = 0; i < items.size(); i += 2)
    if (items[i].kind == Kind::integer && items[i].integer == integer_key) return &items[i + 1];
  return nullptr;
}

std::optional<Cbor> take_cbor(std::string_view& bytes) { return take_item(bytes, 0); }

std::optional<Cbor> parse_cbor(std::string_view bytes) {
  auto item = take_cbor(bytes);
  if (!bytes.empty()) return std::nullopt;
  return item;
}

}  // namespace trivet::auth
