#include "app/rules/test_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "app/rules/identity.h"
#include "app/rules/rest_call.h"
#include "app/rules/toml_json.h"
#include "base/limits.h"
#include "value/json_reader.h"

namespace trivet::app {
namespace {

struct Verb {
  std::string_view word;
  std::string_view method;
};
constexpr std::array verbs = {Verb{"read", "GET"}, Verb{"create", "POST"}, Verb{"update", "PATCH"},
                              Verb{"delete", "DELETE"}};
constexpr std::array<std::string_view, 7> other_words = {"name", "as", "request", "where", "row",
                                                         "rows", "set"};
constexpr std::array<std::string_view, 7> expectation_words = {
    "gives", "count", "allowed", "refused", "shows", "hides", "body"};

// A part of a URL's query.
std::string encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view("-_.~*").find(c) != std::string_view::npos)
      out += c;
    else
      out += fmt::format("%{:02X}", byte);
  }
  return out;
}

class FileReader {
 public:
  FileReader(const std::string& path, const schema::Schema& schema)
      : shown_(path.starts_with("./") ? path.substr(2) : path), schema_(schema) {
    file_.path = shown_;
  }

  result<RuleTestFile> read(const toml::table& root) {
    for (const auto& [key, node] : root)
      if (key.str() != "given" && key.str() != "as" && key.str() != "test")
        complain(key.source(), fmt::format("what is \"{}\"? There are given, as and test", key.str()));
    if (const toml::node* given = root.get("given")) read_given(*given);
    if (const toml::node* as = root.get("as")) read_callers(*as);
    if (const toml::node* tests = root.get("test")) read_tests(*tests);
    if (problems_.empty()) return std::move(file_);
    return fail(ErrorCode::bad_config, problems_);
  }

  std::string place(const toml::source_region& source) const {
    return fmt::format("{}:{}:{}", shown_, source.begin.line, source.begin.column);
  }

 private:
  void complain(const toml::source_region& source, const std::string& what) {
    problems_ += fmt::format("{}{}: {}", problems_.empty() ? "" : "\n", place(source), what);
  }

  int find_model(const toml::source_region& source, std::string_view name) {
    const schema::Model* model = schema_.find_model(name);
    if (model != nullptr) return static_cast<int>(model - schema_.models.data());
    complain(source, fmt::format("there is no model \"{}\"", name));
    return -1;
  }

  void check_names(const toml::table& row, int model) {
    for (const auto& [key, value] : row)
      if (schema_.models[model].find_field(key.str()) == nullptr)
        complain(key.source(), fmt::format("{} has no field \"{}\"", schema_.models[model].name,
                                           std::string_view(key.str())));
  }

  std::string column(const toml::source_region& source, int model, std::string_view name) {
    const schema::Field* field = schema_.models[model].find_field(name);
    if (field != nullptr && !field->db_name.empty()) return field->db_name;
    complain(source, fmt::format("{} has no field \"{}\" with a value",
                                 schema_.models[model].name, name));
    return {};
  }

  void read_given(const toml::node& node) {
    const auto* models = node.as_table();
    if (models == nullptr) return complain(node.source(), "rows are given as [[given.Model]]");
    std::vector<std::pair<toml::source_position, GivenRow>> rows;
    for (const auto& [key, list] : *models) {
      const int model = find_model(key.source(), key.str());
      const auto* array = list.as_array();
      if (array == nullptr) complain(key.source(), "rows are given as [[given.Model]]");
      if (model < 0 || array == nullptr) continue;
      for (const toml::node& row : *array) {
        const auto* table = row.as_table();
        if (table == nullptr) {
          complain(row.source(), "a row is a table");
          continue;
        }
        check_names(*table, model);
        rows.push_back({row.source().begin, {place(row.source()), schema_.models[model].db_name,
                                             toml_as_json(row, schema_, model)}});
      }
    }
    std::ranges::stable_sort(rows, [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [position, row] : rows) file_.given.push_back(std::move(row));
  }

  void read_callers(const toml::node& node) {
    const auto* callers = node.as_table();
    if (callers == nullptr) return complain(node.source(), "[as] names callers");
    for (const auto& [key, claims] : *callers) {
      auto identity = claims.is_table()
                          ? identity_of_claims(toml_as_json(claims, schema_, -1))
                          : fail(ErrorCode::bad_config, "a caller is a table of claims");
      if (!identity)
        complain(key.source(), identity.error().message);
      else
        callers_[std::string(key.str())] = *std::move(identity);
    }
  }

  void read_tests(const toml::node& node) {
    const auto* tests = node.as_array();
    if (tests == nullptr) return complain(node.source(), "a test is a [[test]]");
    for (const toml::node& one : *tests)
      if (const auto* table = one.as_table())
        read_test(*table);
      else
        complain(one.source(), "a test is a [[test]]");
  }

  void read_test(const toml::table& table) {
    RuleTest test;
    test.place = place(table.source());
    for (const auto& [key, value] : table) check_word(key);
    read_caller(table, test);
    const int model = read_action(table, test);
    if (model == no_model) return;
    if (model >= 0) {
      read_where(table, model, test);
      read_body(table, model, test);
    } else if (const toml::node* body = table.get("body")) {
      test.body = json_of(*body, -1);
    }
    read_expectations(table, model, test);
    if (test.expected.empty())
      complain(table.source(),
               "a test expects something: gives, count, allowed, refused, shows or hides");
    if (const toml::node* name = table.get("name")) test.name = toml_as_text(*name);
    if (test.name.empty()) test.name = fmt::format("{}: {} {}", test.who, test.method, test.target);
    file_.tests.push_back(std::move(test));
  }

  void check_word(const toml::key& key) {
    const std::string_view word = key.str();
    const auto is = [&](const auto& words) { return std::ranges::find(words, word) != words.end(); };
    if (is(other_words) || is(expectation_words)) return;
    if (std::ranges::find(verbs, word, &Verb::word) != verbs.end()) return;
    complain(key.source(), fmt::format("what is \"{}\"?", word));
  }

  void read_caller(const toml::table& table, RuleTest& test) {
    const toml::node* as = table.get("as");
    test.who = as == nullptr ? "anon" : toml_as_text(*as);
    if (test.who == "anon") return;
    if (test.who == "service") {
      test.identity = {Role::service, "service_role", {}};
      return;
    }
    const auto known = callers_.find(test.who);
    if (known == callers_.end())
      complain(as->source(), fmt::format("[as] has no \"{}\"; anon and service are always there", test.who));
    else
      test.identity = known->second;
  }

  static constexpr int no_model = -2;     // a problem was reported
  static constexpr int written_out = -1;  // a request

  int read_action(const toml::table& table, RuleTest& test) {
    std::vector<std::string_view> found;
    for (const Verb& verb : verbs)
      if (table.get(verb.word) != nullptr) found.push_back(verb.word);
    const toml::node* request = table.get("request");
    if (found.size() + (request == nullptr ? 0 : 1) != 1) {
      complain(table.source(), "a test does one thing: read, create, update, delete or request");
      return no_model;
    }
    if (request != nullptr) {
      auto call = parse_call(toml_as_text(*request));
      if (!call) {
        complain(request->source(), call.error().message);
        return no_model;
      }
      test.method = call->method;
      test.target = call->target;
      test.written_out = true;
      return written_out;
    }
    const toml::node& name = *table.get(found[0]);
    const int model = find_model(name.source(), toml_as_text(name));
    if (model < 0) return no_model;
    test.method = std::ranges::find(verbs, found[0], &Verb::word)->method;
    test.target = "/rest/v1/" + encoded(schema_.models[model].db_name);
    return model;
  }

  // { status = "draft", id = [1, 2] }
  void read_where(const toml::table& table, int model, RuleTest& test) {
    const toml::node* where = table.get("where");
    if (where == nullptr) return name_every_row(model, test);
    const auto* fields = where->as_table();
    if (fields == nullptr || test.method == "POST")
      return complain(where->source(), "`where` is a table of fields, for read, update and delete");
    for (const auto& [key, value] : *fields) {
      const std::string name = column(key.source(), model, key.str());
      std::string list;
      if (const auto* array = value.as_array()) {
        for (const toml::node& element : *array) {
          std::string text = "\"";
          for (const char c : toml_as_text(element)) {
            if (c == '"' || c == '\\') text += '\\';
            text += c;
          }
          list += (list.empty() ? "" : ",") + text + "\"";
        }
        list = "in.(" + list + ")";
      }
      add_query(test, encoded(name) + "=" + encoded(list.empty() ? "eq." + toml_as_text(value) : list));
    }
  }

  // The dialect wants a filter where rows are changed.
  void name_every_row(int model, RuleTest& test) {
    if (test.method != "PATCH" && test.method != "DELETE") return;
    const schema::Model& made = schema_.models[model];
    const int field = made.primary_key ? made.primary_key->columns[0].field : made.columns.front();
    const std::string name = encoded(made.fields[field].db_name);
    add_query(test, fmt::format("or=({}.is.null,{}.not.is.null)", name, name));
  }

  static void add_query(RuleTest& test, const std::string& part) {
    test.target += (test.target.find('?') == std::string::npos ? "?" : "&") + part;
  }

  void read_body(const toml::table& table, int model, RuleTest& test) {
    const bool creates = test.method == "POST";
    const bool updates = test.method == "PATCH";
    for (const std::string_view word : {"row", "rows", "set"}) {
      const toml::node* node = table.get(word);
      if (node == nullptr) continue;
      if (word == "set" ? !updates : !creates) {
        complain(node->source(), fmt::format("`{}` doesn't belong here", word));
        continue;
      }
      if (const auto* row = node->as_table()) check_names(*row, model);
      test.body = json_of(*node, model);
    }
    if (test.body.empty() && creates) complain(table.source(), "create needs a `row`, or `rows`");
    if (test.body.empty() && updates) complain(table.source(), "update needs what to `set`");
  }

  void read_expectations(const toml::table& table, int model, RuleTest& test) {
    using Kind = Expectation::Kind;
    if (const toml::node* gives = table.get("gives")) read_gives(*gives, model, test);
    if (const toml::node* count = table.get("count")) {
      if (!count->is_integer()) complain(count->source(), "`count` is a number");
      test.expected.push_back({Kind::count, {}, {}, count->value_or(int64_t{0}), {}});
    }
    for (const auto& [word, kind] : {std::pair("allowed", Kind::allowed), {"refused", Kind::refused}}) {
      const toml::node* node = table.get(word);
      if (node == nullptr) continue;
      const bool code = kind == Kind::refused && node->is_string();
      if (!code && !node->value_or(false))
        complain(node->source(), fmt::format("`{} = true`{}; write the opposite as {} = true", word,
                                             kind == Kind::refused ? " or a code" : "",
                                             kind == Kind::refused ? "allowed" : "refused"));
      test.expected.push_back({kind, {}, {}, 0, code ? toml_as_text(*node) : std::string()});
    }
    for (const auto& [word, kind] : {std::pair("shows", Kind::shows), {"hides", Kind::hides}}) {
      const toml::node* node = table.get(word);
      if (node == nullptr) continue;
      const auto* list = node->as_array();
      if (list == nullptr || test.method != "GET" || model < 0) {
        complain(node->source(), fmt::format("`{}` is a list of fields, for `read`", word));
        continue;
      }
      Expectation made{kind, {}, {}, 0, {}};
      for (const toml::node& name : *list)
        made.fields.push_back(column(name.source(), model, toml_as_text(name)));
      test.expected.push_back(std::move(made));
    }
  }

  void read_gives(const toml::node& gives, int model, RuleTest& test) {
    Expectation made{Expectation::Kind::gives, {}, {}, 0, {}};
    made.json = json_of(gives, model);
    const auto rows = parse_json(made.json, Limits().json_depth_max);
    if (!rows || (rows->kind() != JsonKind::array && model >= 0))
      return complain(gives.source(), "`gives` is a list of rows");
    if (model >= 0) name_columns(gives, *rows, model, made);
    test.expected.push_back(std::move(made));
  }

  // The columns that the rows have.
  void name_columns(const toml::node& gives, JsonValue rows, int model, Expectation& made) {
    for (JsonValue row : rows.elements()) {
      if (row.kind() != JsonKind::object) return complain(gives.source(), "a row is a table");
      for (const JsonMember& member : row.members()) {
        std::string name;
        member.key.append_to(name);
        if (schema_.models[model].find_column(name) == nullptr)
          complain(gives.source(), fmt::format("{} has no field \"{}\" with a value",
                                               schema_.models[model].name, name));
        if (std::ranges::find(made.fields, name) == made.fields.end()) made.fields.push_back(name);
      }
    }
  }

  // A text is JSON: TOML has no null.
  std::string json_of(const toml::node& node, int model) {
    if (!node.is_string()) return toml_as_json(node, schema_, model);
    const std::string text = toml_as_text(node);
    const auto json = parse_json(text, Limits().json_depth_max);
    if (json) return json_with_columns(*json, schema_, model);
    complain(node.source(), "this text isn't JSON");
    return "null";
  }

  const std::string shown_;
  const schema::Schema& schema_;
  RuleTestFile file_;
  std::map<std::string, Identity> callers_;
  std::string problems_;
};

}  // namespace

result<RuleTestFile> read_rule_tests(const std::string& path, const schema::Schema& schema) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream)
    return fail(ErrorCode::file_error, fmt::format("{}: {}", path, std::strerror(errno)));
  std::ostringstream text;
  text << stream.rdbuf();
  FileReader reader(path, schema);
  const toml::parse_result parsed = toml::parse(text.str());
  if (!parsed)
    return fail(ErrorCode::bad_config, fmt::format("{}: {}", reader.place(parsed.error().source()),
                                                   parsed.error().description()));
  return reader.read(parsed.table());
}

}  // namespace trivet::app
