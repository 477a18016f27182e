#include "schema/report.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace trivet::schema {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// Edit distance with transpositions, case ignored; `max` + 1 when greater.
size_t distance(std::string_view a, std::string_view b, size_t max) {
  constexpr size_t length_max = 64;
  if (a.size() > length_max || b.size() > length_max) return max + 1;
  if (a.size() + max < b.size() || b.size() + max < a.size()) return max + 1;
  std::array<std::array<size_t, length_max + 1>, 3> rows{};
  for (size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& before = rows[(i + 2) % 3];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1;
      row[j] = std::min({before[j] + 1, row[j - 1] + 1, before[j - 1] + change});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
          lower(a[i - 2]) == lower(b[j - 1])) {
        row[j] = std::min(row[j], rows[(i + 1) % 3][j - 2] + 1);
      }
    }
  }
  return rows[a.size() % 3][b.size()];
}

}  // namespace

void Report::add(DiagnosticKind kind, SourceRange where, std::string message, std::string hint) {
  if (kind != DiagnosticKind::warning) ++errors_;
  if (diagnostics_.size() >= diagnostics_max) return;
  diagnostics_.push_back({kind, where, std::move(message), std::move(hint)});
}

std::vector<Diagnostic> Report::take() {
  auto taken = std::move(diagnostics_);
  diagnostics_.clear();
  errors_ = 0;
  std::stable_sort(taken.begin(), taken.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.where.file, a.where.begin) < std::tie(b.where.file, b.where.begin);
  });
  const auto same = [](const Diagnostic& a, const Diagnostic& b) {
    return a.where.file == b.where.file && a.where.begin == b.where.begin && a.kind == b.kind &&
           a.message == b.message;
  };
  taken.erase(std::unique(taken.begin(), taken.end(), same), taken.end());
  return taken;
}

std::string_view nearest_name(std::string_view name, const std::vector<std::string_view>& candidates) {
  const size_t max = std::max<size_t>(1, name.size() / 3);
  size_t best = max + 1;
  std::string_view found;
  for (const auto candidate : candidates) {
    const size_t d = distance(name, candidate, max);
    if (d < best) {
      best = d;
      found = candidate;
    }
  }
  return found;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& candidates) {
  const auto found = nearest_name(name, candidates);
  if (found.empty()) return {};
  return "did you mean `" + std::string(found) + "`?";
}

}  // namespace trivet::schema
