#include "app/config/postgrest/file.h"

#include <fmt/format.h>

#include <algorithm>

namespace trivet::app {
namespace {

constexpr std::string_view variable_prefix = "PGRST_";
constexpr std::string_view own_variables = "app-settings-";

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Keywords of commands may stand before a name, as in a shell's file.
std::string_view without_export(std::string_view line) {
  constexpr std::string_view word = "export ";
  return line.starts_with(word) ? trim(line.substr(word.size())) : line;
}

// PGRST_DB_URI → db-uri; PGRST_APP_SETTINGS_X → app.settings.x.
std::string name_of_variable(std::string_view variable) {
  std::string name;
  for (const char c : variable.substr(variable_prefix.size()))
    name += c == '_' ? '-' : static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  if (!name.starts_with(own_variables)) return name;
  return "app.settings." + name.substr(own_variables.size());
}

// As a shell reads it, but for substitutions.
std::string value_of_variable(std::string_view text) {
  const bool quoted = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
                      text.back() == text.front();
  return std::string(quoted ? text.substr(1, text.size() - 2) : text);
}

class TextReader {
 public:
  TextReader(std::string_view text, const PostgrestVariables& variables)
      : text_(text), variables_(variables) {}

  // From behind the opening quote; nullopt if it is not closed or a variable is missing.
  std::optional<std::string> read() {
    std::string value;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return value;
      if (c == '\\' && at_ < text_.size()) {
        value += escaped(text_[at_++]);
      } else if (c == '$') {
        if (!append_variable(value)) return std::nullopt;
      } else {
        value += c;
      }
    }
    return std::nullopt;
  }
  [[nodiscard]] std::string_view rest() const { return trim(text_.substr(at_)); }
  [[nodiscard]] const std::string& missing() const { return missing_; }

 private:
  static char escaped(char c) { return c == 'n' ? '\n' : c == 't' ? '\t' : c; }

  bool append_variable(std::string& value) {
    if (text_.substr(at_).starts_with('$')) {
      ++at_;
      value += '$';
      return true;
    }
    const size_t close = text_.find(')', at_);
    if (!text_.substr(at_).starts_with('(') || close == text_.npos) {
      value += '$';
      return true;
    }
    const std::string name(text_.substr(at_ + 1, close - at_ - 1));
    at_ = close + 1;
    const auto found = variables_ ? variables_(name) : std::nullopt;
    if (!found) {
      missing_ = name;
      return false;
    }
    value += *found;
    return true;
  }

  std::string_view text_;
  const PostgrestVariables& variables_;
  size_t at_ = 0;
  std::string missing_;
};

bool is_end(std::string_view rest) { return rest.empty() || rest.front() == '#'; }

result<std::string> value_of_setting(std::string_view text, const PostgrestVariables& variables) {
  if (!text.starts_with('"')) {
    const std::string_view word = trim(text.substr(0, text.find('#')));
    if (word.empty() || word.find_first_of(" \t\"") != word.npos)
      return fail(ErrorCode::bad_config, "expected a text in quotes, a number, true or false");
    return std::string(word);
  }
  TextReader reader(text.substr(1), variables);
  auto value = reader.read();
  if (!reader.missing().empty())
    return fail(ErrorCode::bad_config, fmt::format("the variable {} is not set", reader.missing()));
  if (!value || !is_end(reader.rest()))
    return fail(ErrorCode::bad_config, "the text isn't closed, or something stands behind it");
  return *std::move(value);
}

bool is_setting_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

}  // namespace

result<PostgrestSettings> read_postgrest_file(std::string_view text,
                                              const PostgrestVariables& variables) {
  PostgrestSettings settings;
  PostgrestSettings from_environment;
  for (int number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = without_export(trim(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (is_end(line)) continue;
    const size_t equals = std::min(line.find('='), line.size());
    const std::string_view name = trim(line.substr(0, equals));
    if (equals == line.size() || !is_setting_name(name))
      return fail(ErrorCode::bad_config, fmt::format("line {}: expected NAME = VALUE", number));
    const std::string_view given = trim(line.substr(equals + 1));
    if (name.starts_with(variable_prefix)) {
      from_environment[name_of_variable(name)] = value_of_variable(given);
    } else if (name.front() < 'A' || name.front() > 'Z') {
      auto value = value_of_setting(given, variables);
      if (!value)
        return fail(ErrorCode::bad_config,
                    fmt::format("line {}: {}", number, value.error().message));
      settings[std::string(name)] = *std::move(value);
    }
  }
  from_environment.merge(settings);
  return from_environment;
}

}  // namespace trivet::app
