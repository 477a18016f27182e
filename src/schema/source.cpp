#include "schema/source.h"

#include <algorithm>

namespace trivet::schema {
namespace {

bool starts_code_point(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

uint32_t code_points(std::string_view text) {
  return static_cast<uint32_t>(std::count_if(text.begin(), text.end(), starts_code_point));
}

std::string_view line_at(std::string_view text, uint32_t offset) {
  size_t begin = offset;
  while (begin > 0 && text[begin - 1] != '\n') --begin;
  size_t end = std::min(text.find('\n', offset), text.size());
  if (end > begin && text[end - 1] == '\r') --end;
  return text.substr(begin, end - begin);
}

// Long lines are cut round the place so that a report stays readable.
constexpr uint32_t shown_max = 160;

}  // namespace

std::string_view diagnostic_kind_name(DiagnosticKind kind) {
  switch (kind) {
    case DiagnosticKind::syntax: return "syntax";
    case DiagnosticKind::unknown: return "unknown";
    case DiagnosticKind::duplicate: return "duplicate";
    case DiagnosticKind::type: return "type";
    case DiagnosticKind::arg: return "arg";
    case DiagnosticKind::place: return "place";
    case DiagnosticKind::key: return "key";
    case DiagnosticKind::relation: return "relation";
    case DiagnosticKind::provider: return "provider";
    case DiagnosticKind::policy: return "policy";
    case DiagnosticKind::cycle: return "cycle";
    case DiagnosticKind::range: return "range";
    case DiagnosticKind::warning: return "warning";
  }
  return "syntax";
}

LineColumn line_column(std::string_view text, uint32_t offset) {
  offset = std::min<uint32_t>(offset, static_cast<uint32_t>(text.size()));
  const auto before = text.substr(0, offset);
  const auto newline = before.rfind('\n');
  const auto line = newline == std::string_view::npos ? before : before.substr(newline + 1);
  return {static_cast<uint32_t>(std::count(before.begin(), before.end(), '\n')) + 1,
          code_points(line) + 1};
}

std::string render_diagnostic(const std::vector<SourceFile>& files, const Diagnostic& diagnostic) {
  std::string out;
  const auto kind = std::string(diagnostic_kind_name(diagnostic.kind));
  const auto head = kind + ": " + diagnostic.message + "\n";
  if (diagnostic.where.file >= files.size()) {
    out = head;
  } else {
    const auto& file = files[diagnostic.where.file];
    const std::string_view text = file.text;
    const auto offset = std::min<uint32_t>(diagnostic.where.begin, static_cast<uint32_t>(text.size()));
    const auto place = line_column(text, offset);
    out = file.path + ":" + std::to_string(place.line) + ":" + std::to_string(place.column) + ": " + head;
    auto line = line_at(text, offset);
    size_t within = offset - static_cast<size_t>(line.data() - text.data());
    within = std::min(within, line.size());
    if (line.size() > shown_max) {
      size_t cut = within > shown_max / 2 ? within - shown_max / 2 : 0;
      while (cut < within && !starts_code_point(line[cut])) ++cut;
      size_t length = std::min<size_t>(shown_max, line.size() - cut);
      while (cut + length < line.size() && !starts_code_point(line[cut + length])) ++length;
      line = line.substr(cut, length);
      within -= cut;
    }
    const auto number = std::to_string(place.line);
    const std::string margin(number.size(), ' ');
    std::string pad;
    for (size_t i = 0; i < within; ++i) {
      if (line[i] == '\t') pad += '\t';
      else if (starts_code_point(line[i])) pad += ' ';
    }
    const auto end = std::clamp<size_t>(diagnostic.where.end, offset, offset + (line.size() - within));
    const auto carets = std::max<uint32_t>(1, code_points(text.substr(offset, end - offset)));
    out += " " + number + " | " + std::string(line) + "\n";
    out += " " + margin + " | " + pad + std::string(carets, '^') + "\n";
  }
  if (!diagnostic.hint.empty()) out += "   = " + diagnostic.hint + "\n";
  return out;
}

}  // namespace trivet::schema
