#include "value/fold.h"

#include <unicode/uchar.h>

#include <algorithm>

#include "base/unicode.h"

namespace trivet {
namespace {

bool is_ascii(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return (c & 0x80) != 0; });
}

// Behind the code point at `at`.
size_t skip_code_point(std::string_view text, size_t at) {
  ++at;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) ++at;
  return at;
}

}  // namespace

int compare_text(std::string_view left, std::string_view right) {
  const int order = left.compare(right);
  return (order > 0) - (order < 0);
}

void append_folded(std::string& out, std::string_view text) {
  if (is_ascii(text)) {
    const size_t before = out.size();
    out.resize(before + text.size());
    std::ranges::transform(text, out.begin() + static_cast<ptrdiff_t>(before),
                           [](char c) { return lower_ascii(c); });
    return;
  }
  for (size_t at = 0; at < text.size();) {
    const char32_t code_point = next_code_point(text, at);
    append_code_point(out, static_cast<char32_t>(
                               u_foldCase(static_cast<UChar32>(code_point), U_FOLD_CASE_DEFAULT)));
  }
}

std::string fold_case(std::string_view text) {
  std::string out;
  append_folded(out, text);
  return out;
}

int compare_folded(std::string_view left, std::string_view right) {
  if (is_ascii(left) && is_ascii(right)) {
    const size_t common = std::min(left.size(), right.size());
    for (size_t i = 0; i < common; ++i) {
      const char a = lower_ascii(left[i]), b = lower_ascii(right[i]);
      if (a != b) return a < b ? -1 : 1;
    }
    return (left.size() > right.size()) - (left.size() < right.size());
  }
  return compare_text(fold_case(left), fold_case(right));
}

bool contains_folded(std::string_view text, std::string_view part) {
  return fold_case(text).contains(fold_case(part));
}

result<LikePattern> LikePattern::compile(std::string_view pattern, CaseRule rule) {
  LikePattern compiled;
  compiled.rule_ = rule;
  std::string run;
  const auto end_run = [&] {
    if (run.empty()) return;
    const auto begin = static_cast<uint32_t>(compiled.text_.size());
    if (rule == CaseRule::folded) {
      append_folded(compiled.text_, run);
    } else {
      compiled.text_ += run;
    }
    const auto size = static_cast<uint32_t>(compiled.text_.size()) - begin;
    compiled.tokens_.push_back({Token::Kind::literal, begin, size});
    run.clear();
  };
  for (size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    if (c == '%' || c == '_') {
      end_run();
      const auto kind = c == '%' ? Token::Kind::many : Token::Kind::one;
      const bool repeated = kind == Token::Kind::many && !compiled.tokens_.empty() &&
                            compiled.tokens_.back().kind == Token::Kind::many;
      if (!repeated) compiled.tokens_.push_back({kind});
      continue;
    }
    if (c == '\\' && ++at == pattern.size()) {
      return fail(ErrorCode::bad_escape_sequence,
                  "LIKE pattern must not end with escape character");
    }
    run += pattern[at];
  }
  end_run();
  compiled.exact_ =
      compiled.tokens_.empty() ||
      (compiled.tokens_.size() == 1 && compiled.tokens_.front().kind == Token::Kind::literal);
  return compiled;
}

bool LikePattern::matches(std::string_view text) const {
  return rule_ == CaseRule::folded ? matches_tokens(fold_case(text)) : matches_tokens(text);
}

// Greedy with one point to come back to: behind the last %. What was before it need not be tried
// again.
bool LikePattern::matches_tokens(std::string_view text) const {
  size_t at = 0;
  size_t token = 0;
  size_t retry_token = 0;  // behind the last %; 0 = none yet
  size_t retry_at = 0;
  while (true) {
    if (token == tokens_.size() && at == text.size()) return true;
    if (token < tokens_.size()) {
      const Token& next = tokens_[token];
      if (next.kind == Token::Kind::many) {
        retry_token = ++token;
        retry_at = at;
        if (token == tokens_.size()) return true;
        continue;
      }
      if (next.kind == Token::Kind::one && at < text.size()) {
        at = skip_code_point(text, at);
        ++token;
        continue;
      }
      if (next.kind == Token::Kind::literal && text.substr(at).starts_with(literal_text(next))) {
        at += next.size;
        ++token;
        continue;
      }
    }
    if (retry_token == 0 || retry_at >= text.size()) return false;
    retry_at = skip_code_point(text, retry_at);
    const Token& wanted = tokens_[retry_token];
    if (wanted.kind == Token::Kind::literal) {
      retry_at = text.find(literal_text(wanted), retry_at);
      if (retry_at == std::string_view::npos) return false;
    }
    at = retry_at;
    token = retry_token;
  }
}

result<bool> like(std::string_view text, std::string_view pattern, CaseRule rule) {
  TRIVET_TRY(const LikePattern compiled, LikePattern::compile(pattern, rule));
  return compiled.matches(text);
}

std::string like_from_stars(std::string_view pattern) {
  std::string out(pattern);
  std::ranges::replace(out, '*', '%');
  return out;
}

std::string escape_like(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 8);
  for (char c : text) {
    if (c == '%' || c == '_' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace trivet
