#include "base/ids.h"

#include <algorithm>
#include <string_view>

#include "base/error.h"

namespace trivet {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base36_digits = "0123456789abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view crockford_digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::string_view nanoid_digits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz-";
constexpr uint64_t base36_pow4 = 36 * 36 * 36 * 36;

std::string format_uuid(uint64_t high, uint64_t low) {
  std::string out(36, '-');
  size_t at = 0;
  for (int nibble = 0; nibble < 32; ++nibble) {
    if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) ++at;
    const uint64_t half = nibble < 16 ? high : low;
    out[at++] = hex_digits[(half >> (60 - 4 * (nibble % 16))) & 15];
  }
  return out;
}

// The lowest `width` base-36 digits, most significant first.
void append_base36(std::string& out, uint64_t value, int width) {
  const size_t begin = out.size();
  out.resize(begin + static_cast<size_t>(width));
  for (size_t at = out.size(); at-- > begin; value /= 36) out[at] = base36_digits[value % 36];
}

constexpr uint64_t variant_bits = uint64_t{2} << 62;
constexpr uint64_t variant_mask = (uint64_t{1} << 62) - 1;

}  // namespace

IdMaker::IdMaker(const Clock& clock, Random& random) : clock_(clock), random_(random) {
  cuid_counter_ = static_cast<uint32_t>(random_.below(base36_pow4));
  for (char& c : cuid_fingerprint_) c = base36_digits[random_.below(36)];
}

std::string IdMaker::uuid4() {
  const uint64_t high = (random_.next() & ~uint64_t{0xf000}) | 0x4000;
  return format_uuid(high, variant_bits | (random_.next() & variant_mask));
}

std::string IdMaker::uuid7() {
  const int64_t now = now_ms();
  if (now > uuid7_ms_) {
    uuid7_ms_ = now;
    // The top bit starts clear, so that at least 2048 ids fit into the millisecond.
    uuid7_counter_ = static_cast<uint32_t>(random_.below(0x800));
  } else if (++uuid7_counter_ > 0xfff) {
    // The counter is used up, or the clock went back: borrow from the next millisecond (RFC
    // 9562 6.2).
    ++uuid7_ms_;
    uuid7_counter_ = 0;
  }
  const uint64_t high = (static_cast<uint64_t>(uuid7_ms_) << 16) | 0x7000 | uuid7_counter_;
  return format_uuid(high, variant_bits | (random_.next() & variant_mask));
}

std::string IdMaker::cuid1() {
  std::string out = "c";
  append_base36(out, static_cast<uint64_t>(now_ms()), 8);
  append_base36(out, cuid_counter_, 4);
  cuid_counter_ = static_cast<uint32_t>((cuid_counter_ + 1) % base36_pow4);
  out.append(cuid_fingerprint_.data(), cuid_fingerprint_.size());
  append_base36(out, random_.below(base36_pow4), 4);
  append_base36(out, random_.below(base36_pow4), 4);
  return out;
}

std::string IdMaker::cuid2() {
  std::string out(1, base36_digits[10 + random_.below(26)]);
  out.reserve(24);
  while (out.size() < 23) append_base36(out, random_.below(base36_pow4), 4);
  out.resize(23);
  append_base36(out, random_.below(36), 1);
  return out;
}

std::string IdMaker::ulid() {
  const int64_t now = now_ms();
  if (now > ulid_ms_) {
    ulid_ms_ = now;
    random_.fill(std::as_writable_bytes(std::span(ulid_random_)));
  } else {
    size_t at = ulid_random_.size();
    while (at > 0 && ++ulid_random_[at - 1] == 0) --at;
    if (at == 0) ++ulid_ms_;  // all 80 bits wrapped: still above what came before
  }
  std::string out;
  out.reserve(26);
  for (int shift = 45; shift >= 0; shift -= 5) out += crockford_digits[(ulid_ms_ >> shift) & 31];
  uint32_t bits = 0;
  int held = 0;
  for (uint8_t byte : ulid_random_) {
    bits = (bits << 8) | byte;
    for (held += 8; held >= 5; held -= 5) out += crockford_digits[(bits >> (held - 5)) & 31];
  }
  return out;
}

std::string IdMaker::nanoid(int length) {
  TRIVET_ASSERT(length >= 2 && length <= 255);
  std::array<std::byte, 255> bytes;
  const std::span<std::byte> used(bytes.data(), static_cast<size_t>(length));
  random_.fill(used);
  std::string out;
  out.reserve(used.size());
  for (std::byte byte : used) out += nanoid_digits[static_cast<size_t>(byte) & 63];
  return out;
}

}  // namespace trivet
