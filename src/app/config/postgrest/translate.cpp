#include "app/config/postgrest/translate.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>

#include "app/config/postgrest/counterparts.h"
#include "app/config/settings.h"
#include "auth/base64url.h"

namespace trivet::app {
namespace {

std::string quote(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      quoted += fmt::format("\\u{:04X}", byte);
      continue;
    }
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    if (const auto item = trim(text.substr(0, comma)); !item.empty()) items.emplace_back(item);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return items;
}

std::string quote_list(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ", ") + quote(item);
  return "[" + text + "]";
}

std::optional<uint64_t> number_of(std::string_view text) {
  uint64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// As PostgREST reads it: also words, and numbers but 0.
std::optional<bool> boolean_of(std::string_view text) {
  std::string word(text);
  for (char& c : word) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  if (word == "true" || word == "on" || word == "yes") return true;
  if (word == "false" || word == "off" || word == "no") return false;
  const auto number = number_of(text);
  if (!number) return std::nullopt;
  return *number != 0;
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

// libpq's keyword=value words, quoted with '…' and \.
std::optional<std::map<std::string, std::string>> words_of(std::string_view text) {
  std::map<std::string, std::string> words;
  for (text = trim(text); !text.empty(); text = trim(text)) {
    const size_t equals = text.find('=');
    if (equals == text.npos) return std::nullopt;
    const std::string name(trim(text.substr(0, equals)));
    text = trim(text.substr(equals + 1));
    const bool quoted = text.starts_with('\'');
    size_t at = quoted ? 1 : 0;
    std::string value;
    for (; at < text.size() && (quoted ? text[at] != '\'' : text[at] != ' '); ++at) {
      if (text[at] == '\\' && at + 1 < text.size()) ++at;
      value += text[at];
    }
    if (quoted && at >= text.size()) return std::nullopt;
    text.remove_prefix(std::min(text.size(), at + (quoted ? 1 : 0)));
    words[name] = value;
  }
  return words;
}

// "host=/run/pg port=5433 dbname=x" → postgres:///x?host=%2Frun%2Fpg&port=5433.
std::optional<std::string> as_url(const std::string& text) {
  if (text.starts_with("postgres://") || text.starts_with("postgresql://")) return text;
  auto words = words_of(text);
  if (!words) return std::nullopt;
  std::string url = "postgres:///" + percent_encoded((*words)["dbname"]);
  char separator = '?';
  for (const auto& [name, value] : *words) {
    if (name == "dbname" || value.empty()) continue;
    url += fmt::format("{}{}={}", separator, name, percent_encoded(value));
    separator = '&';
  }
  return url;
}

class Translator {
 public:
  explicit Translator(const PostgrestSettings& settings) {
    for (const auto& [name, value] : settings) {
      const std::string now(current_postgrest_name(name));
      if (now == name || !settings.contains(now)) given_[now] = value;
    }
  }

  TranslatedConfig translate() {
    listen();
    database();
    pool();
    secret();
    roles_and_rows();
    transactions();
    logs_and_documents();
    for (const Counterpart& counterpart : postgrest_counterparts()) one_for_one(counterpart);
    for (const auto& [name, value] : given_)
      if (!done_.contains(name)) without_counterpart(name, value);
    return {render(), std::move(notes_)};
  }

 private:
  // Empty where it isn't given.
  std::string take(const std::string& name) {
    done_.insert(name);
    const auto found = given_.find(name);
    return found == given_.end() ? std::string() : found->second;
  }
  void set(std::string_view setting, std::string value, std::string comment = {}) {
    lines_[std::string(setting)] = {std::move(value), std::move(comment)};
  }
  void note(std::string_view name, std::string_view text) {
    std::string line = fmt::format("{}: {}", name, text);
    // A comment ends with its line.
    std::ranges::replace_if(
        line, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
    notes_.push_back(std::move(line));
  }

  static std::vector<std::string> addresses(const std::string& host, const std::string& port) {
    if (host.empty() || host == "!4") return {"0.0.0.0:" + port};
    if (host == "!6") return {"[::]:" + port};
    if (host == "*" || host == "*4" || host == "*6") return {"0.0.0.0:" + port, "[::]:" + port};
    return {(host.find(':') == host.npos ? host : "[" + host + "]") + ":" + port};
  }

  void listen() {
    const std::string host = take("server-host");
    const std::string port = take("server-port");
    const std::string socket = take("server-unix-socket");
    const std::string admin_host = take("admin-server-host");
    const std::string admin_port = take("admin-server-port");
    set("server.listen",
        quote_list(socket.empty() ? addresses(host, port.empty() ? "3000" : port)
                                  : std::vector<std::string>{"unix:" + socket}));
    if (!admin_port.empty())
      set("server.admin_listen",
          quote(addresses(admin_host.empty() ? host : admin_host, admin_port).front()));
    else if (!admin_host.empty())
      note("admin-server-host", "there is no admin-server-port, so nothing is served there");
  }

  void database() {
    const std::string uri = take("db-uri");
    const std::vector<std::string> schemas = split_list(take("db-schemas"));
    if (!schemas.empty()) schema_ = schemas.front();
    if (schemas.size() > 1)
      set("rest.schemas", quote_list(schemas), "`trivet db pull --schema …` writes the schema of them");
    if (uri.starts_with('@'))
      return note("db-uri", fmt::format("the url is in the file {}: give it as TRIVET_DATABASE_URL",
                                        uri.substr(1)));
    const auto url = as_url(uri.empty() ? "postgresql://" : uri);
    if (!url) return note("db-uri", "this isn't a connection string");
    std::string whole = *url;
    if (schemas.size() == 1 && schemas.front() != "public")
      whole += (whole.find('?') == whole.npos ? "?schema=" : "&schema=") +
               percent_encoded(schemas.front());
    set("database.url", quote(whole));
  }

  void pool() {
    const std::string size = take("db-pool");
    if (const auto count = number_of(size)) {
      // PostgREST's connections carry one request each.
      set("database.connections", std::to_string(std::clamp<uint64_t>(*count, 1, 4)),
          fmt::format("of each thread, and each carries many requests; PostgREST had {} in all",
                      *count));
    } else if (!size.empty()) {
      note("db-pool", "this isn't a number");
    }
    const std::string prepared = take("db-prepared-statements");
    if (const auto value = boolean_of(prepared))
      set("database.pgbouncer", *value ? "false" : "true");
    else if (!prepared.empty())
      note("db-prepared-statements", "this isn't true or false");
  }

  void secret() {
    std::string secret = take("jwt-secret");
    const std::string base64 = take("jwt-secret-is-base64");
    if (secret.empty()) return;
    if (secret.starts_with('@'))
      return note("jwt-secret",
                  fmt::format("the secret is in the file {}: give it as TRIVET_AUTH_JWT_SECRET",
                              secret.substr(1)));
    if (secret.starts_with('{'))
      return note("jwt-secret", "keys in JSON (JWK) are not read: tokens are signed with HS256 and "
                                "one shared secret");
    if (boolean_of(base64).value_or(false)) {
      auto decoded = decoded_secret(std::move(secret));
      if (!decoded)
        return note("jwt-secret", "it isn't base64 of a text; secrets of other bytes can't be "
                                  "written here");
      secret = *std::move(decoded);
    }
    if (secret.size() < 32)
      return note("jwt-secret", "it is shorter than 32 bytes, the least that is taken");
    set("auth.jwt_secret", quote(secret), "better given as TRIVET_AUTH_JWT_SECRET");
  }

  static std::optional<std::string> decoded_secret(std::string text) {
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    while (text.ends_with('=')) text.pop_back();
    auto bytes = auth::decode_base64url(text);
    const bool is_text = bytes && std::ranges::all_of(*bytes, [](unsigned char c) {
      return c >= 0x20 && c < 0x7f;
    });
    if (!is_text) return std::nullopt;
    return bytes;
  }

  void roles_and_rows() {
    set("rest.authority", quote("database"));
    const std::string anonymous = take("db-anon-role");
    set("auth.anonymous", anonymous.empty() ? "false" : "true");
    if (!anonymous.empty()) set("rest.anonymous_role", quote(anonymous));
    search_path();
    const std::string rows = take("db-max-rows");
    const auto limit = number_of(rows);
    if (!rows.empty() && !limit) note("db-max-rows", "this isn't a number");
    set("rest.max_rows", std::to_string(limit.value_or(0)));
  }

  // PostgREST looks in `public` too unless it is told otherwise.
  void search_path() {
    const std::string given = take("db-extra-search-path");
    std::vector<std::string> schemas = split_list(given.empty() ? "public" : given);
    std::erase(schemas, schema_);
    if (schemas.empty()) return;
    if (lines_.contains("database.pgbouncer") && lines_["database.pgbouncer"].value == "true")
      return note("db-extra-search-path",
                  "a pooler of transactions keeps none: ALTER ROLE … SET search_path for the database's user");
    set("rest.search_path", quote_list(schemas));
  }

  void transactions() {
    const std::string end = take("db-tx-end");
    if (end.empty() || end == "commit")
      set("rest.rollback", "false");
    else if (end == "commit-allow-override")
      set("rest.rollback", "true");
    else if (end == "rollback" || end == "rollback-allow-override")
      set("rest.tx_end", quote(end));
    else
      note("db-tx-end", "this isn't a value of the setting");
  }

  void logs_and_documents() {
    const std::string level = take("log-level");
    if (level.empty() || level == "crit" || level == "error")
      set("log.level", "\"error\"", level == "crit" ? "`crit` is not told apart" : "");
    else if (level == "warn")
      set("log.level", "\"warning\"");
    else if (level == "info" || level == "debug")
      set("log.level", quote(level));
    else
      note("log-level", "this isn't a level");
    const std::string mode = take("openapi-mode");
    set("server.docs", "false");
    if (mode != "disabled")
      note("openapi-mode", "no document is shown where the database decides; `trivet openapi` prints one");
  }

  void one_for_one(const Counterpart& counterpart) {
    const std::string name(counterpart.name);
    const std::string value = take(name);
    if (value.empty()) return;
    using enum PostgrestForm;
    const auto count = number_of(value);
    const auto boolean_value = boolean_of(value);
    if (counterpart.form == text)
      set(counterpart.setting, quote(value));
    else if (counterpart.form == list)
      set(counterpart.setting, quote_list(split_list(value)));
    else if (counterpart.form == boolean && boolean_value)
      set(counterpart.setting, *boolean_value ? "true" : "false");
    else if (counterpart.form == seconds && count)
      set(counterpart.setting, quote(std::to_string(*count) + "s"));
    else
      note(name, "this isn't a value of the setting");
  }

  void without_counterpart(const std::string& name, const std::string& value) {
    for (const WithoutCounterpart& known : postgrest_without_counterpart()) {
      const bool is_it = known.name.ends_with('.') ? name.starts_with(known.name)
                                                   : name == known.name;
      if (!is_it) continue;
      const auto wanted = boolean_of(known.harmless);
      const bool is_harmless = !known.harmless.empty() &&
                               (value == known.harmless || (wanted && boolean_of(value) == wanted));
      if (!is_harmless) note(name, known.reason);
      return;
    }
    note(name, "PostgREST 14 has no such setting");
  }

  std::string render() const {
    std::string text;
    std::string section;
    for (const Setting& setting : settings()) {
      const auto found = lines_.find(std::string(setting.name));
      if (found == lines_.end()) continue;
      const size_t dot = setting.name.find('.');
      if (setting.name.substr(0, dot) != section) {
        section = setting.name.substr(0, dot);
        text += fmt::format("{}[{}]\n", text.empty() ? "" : "\n", section);
      }
      if (!found->second.comment.empty()) text += fmt::format("# {}\n", found->second.comment);
      text += fmt::format("{} = {}\n", setting.name.substr(dot + 1), found->second.value);
    }
    if (!notes_.empty()) text += "\n# Not as it was:\n";
    for (const std::string& line : notes_) text += fmt::format("# - {}\n", line);
    return text;
  }

  struct Line {
    std::string value;
    std::string comment;
  };
  PostgrestSettings given_;
  std::set<std::string> done_;
  std::map<std::string, Line> lines_;  // by Trivet's names
  std::string schema_ = "public";      // that is served
  std::vector<std::string> notes_;
};

}  // namespace

TranslatedConfig translate_postgrest(const PostgrestSettings& settings) {
  return Translator(settings).translate();
}

}  // namespace trivet::app
