#include "api/rest/request/media.h"

#include <algorithm>
#include <cstdlib>

#include "http/text.h"

namespace trivet::api::rest {
namespace {

struct Range {
  Media media;
  double q = 1.0;
  int specificity = 0;
};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = http::ascii_lower(c);
  return out;
}

MediaKind kind_of(std::string_view type) {
  static constexpr std::pair<std::string_view, MediaKind> kinds[] = {
      {"*/*", MediaKind::any},
      {"application/json", MediaKind::json},
      {"application/vnd.pgrst.array", MediaKind::array},
      {"application/vnd.pgrst.array+json", MediaKind::array},
      {"application/vnd.pgrst.object", MediaKind::object},
      {"application/vnd.pgrst.object+json", MediaKind::object},
      {"text/csv", MediaKind::csv},
      {"application/geo+json", MediaKind::geojson},
      {"application/openapi+json", MediaKind::openapi},
      {"application/vnd.pgrst.plan", MediaKind::plan},
      {"application/vnd.pgrst.plan+text", MediaKind::plan},
      {"application/vnd.pgrst.plan+json", MediaKind::plan},
  };
  for (const auto& [name, kind] : kinds)
    if (type == name) return kind;
  return MediaKind::other;
}

// The last of the answers that a plan can be for; what it is for doesn't change it, but is told again.
std::string planned_for(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
  switch (kind_of(value)) {
    case MediaKind::array: return "application/vnd.pgrst.array+json";
    case MediaKind::object: return "application/vnd.pgrst.object+json";
    case MediaKind::csv: return "text/csv";
    default: return "application/json";
  }
}

void read_plan_options(std::string_view options, PlanMedia& plan) {
  while (!options.empty()) {
    const std::string_view option = http::trim_blanks(http::take_until(options, '|'));
    if (option == "analyze") plan.analyze = true;
    if (option == "verbose") plan.verbose = true;
    if (option == "settings") plan.settings = true;
    if (option == "buffers") plan.buffers = true;
    if (option == "wal") plan.wal = true;
  }
}

std::string plan_text(const PlanMedia& plan, std::string_view made_for) {
  std::string options;
  const auto add = [&](bool on, std::string_view name) {
    if (!on) return;
    options += options.empty() ? "; options=" : "|";
    options += name;
  };
  add(plan.analyze, "analyze");
  add(plan.verbose, "verbose");
  add(plan.settings, "settings");
  add(plan.buffers, "buffers");
  add(plan.wal, "wal");
  return std::string("application/vnd.pgrst.plan+") + (plan.json ? "json" : "text") + "; for=\"" +
         std::string(made_for) + "\"" + options;
}

std::string normal_text(const Media& media, std::string_view type) {
  const std::string_view suffix = media.nulls_stripped ? ";nulls=stripped" : "";
  if (media.kind == MediaKind::array)
    return "application/vnd.pgrst.array+json" + std::string(suffix);
  if (media.kind == MediaKind::object)
    return "application/vnd.pgrst.object+json" + std::string(suffix);
  return std::string(type);
}

Range parse_range(std::string_view element) {
  Range range;
  const std::string type = lower(http::trim_blanks(http::take_until(element, ';')));
  range.media.kind = kind_of(type);
  range.specificity = type == "*/*" ? 0 : type.ends_with("/*") ? 1 : 2;
  std::string made_for = "application/json";
  range.media.plan.json = type.ends_with("plan+json");
  while (!element.empty()) {
    const std::string parameter = lower(http::trim_blanks(http::take_until(element, ';')));
    if (parameter.starts_with("q=")) range.q = std::strtod(parameter.c_str() + 2, nullptr);
    if (parameter.starts_with("for=")) made_for = planned_for(std::string_view(parameter).substr(4));
    if (parameter.starts_with("options="))
      read_plan_options(std::string_view(parameter).substr(8), range.media.plan);
    if (parameter == "nulls=stripped" &&
        (range.media.kind == MediaKind::array || range.media.kind == MediaKind::object))
      range.media.nulls_stripped = true;
  }
  range.media.text = range.media.kind == MediaKind::plan ? plan_text(range.media.plan, made_for)
                                                         : normal_text(range.media, type);
  return range;
}

// Commas inside quotes (a plan's `for="…"`) don't separate.
std::string_view take_media_range(std::string_view& rest) {
  bool quoted = false;
  size_t at = 0;
  while (at < rest.size() && (quoted || rest[at] != ',')) {
    quoted ^= rest[at] == '"';
    ++at;
  }
  const std::string_view taken = rest.substr(0, at);
  rest = at < rest.size() ? rest.substr(at + 1) : std::string_view{};
  return http::trim_blanks(taken);
}

bool available(MediaKind kind, Resource resource) {
  switch (kind) {
    case MediaKind::any:
    case MediaKind::json: return true;
    case MediaKind::array:
    case MediaKind::object:
    case MediaKind::csv: return resource != Resource::root;
    case MediaKind::plan: return resource == Resource::explained_relation;
    case MediaKind::openapi: return resource == Resource::root;
    default: return false;
  }
}

}  // namespace

std::vector<Media> parse_accept(std::string_view accept) {
  std::vector<Range> ranges;
  while (!accept.empty()) {
    const std::string_view element = take_media_range(accept);
    if (!element.empty()) ranges.push_back(parse_range(element));
  }
  if (ranges.empty()) ranges.push_back(parse_range("*/*"));
  std::stable_sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) {
    return a.q != b.q ? a.q > b.q : a.specificity > b.specificity;
  });
  std::vector<Media> media;
  for (Range& range : ranges) media.push_back(std::move(range.media));
  return media;
}

result<Media> negotiate(std::string_view accept, Resource resource) {
  const std::vector<Media> wanted = parse_accept(accept);
  for (const Media& media : wanted) {
    if (!available(media.kind, resource)) continue;
    if (resource == Resource::root) return Media{.kind = MediaKind::openapi};
    if (media.kind == MediaKind::any) return Media{.kind = MediaKind::json};
    return media;
  }
  std::string listed;
  for (const Media& media : wanted) {
    if (!listed.empty()) listed += ", ";
    listed += media.text;
  }
  return fail(ErrorCode::not_acceptable, "None of these media types are available: " + listed);
}

std::string_view content_type(const Media& media) {
  switch (media.kind) {
    case MediaKind::array:
      return media.nulls_stripped
                 ? "application/vnd.pgrst.array+json;nulls=stripped; charset=utf-8"
                 : "application/json; charset=utf-8";
    case MediaKind::object:
      return media.nulls_stripped
                 ? "application/vnd.pgrst.object+json;nulls=stripped; charset=utf-8"
                 : "application/vnd.pgrst.object+json; charset=utf-8";
    case MediaKind::csv: return "text/csv; charset=utf-8";
    case MediaKind::openapi: return "application/openapi+json; charset=utf-8";
    default: return "application/json; charset=utf-8";
  }
}

}  // namespace trivet::api::rest
