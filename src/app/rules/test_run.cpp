#include "app/rules/test_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "app/rules/rest_call.h"
#include "base/limits.h"
#include "value/json_reader.h"

namespace trivet::app {
namespace {

using Kind = Expectation::Kind;

double number_of(JsonValue value) {
  const std::string_view text = value.raw();
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string decoded(JsonString string) {
  std::string out;
  string.append_to(out);
  return out;
}

bool same(JsonValue left, JsonValue right);

// Each element of one finds one of the other that no other took.
bool same_elements(JsonValue left, JsonValue right, bool ordered) {
  std::vector<JsonValue> rest;
  for (JsonValue element : right.elements()) rest.push_back(element);
  for (JsonValue element : left.elements()) {
    const auto last = ordered && !rest.empty() ? rest.begin() + 1 : rest.end();
    const auto found =
        std::find_if(rest.begin(), last, [&](JsonValue other) { return same(element, other); });
    if (found == last) return false;
    rest.erase(found);
  }
  return rest.empty();
}

bool same_members(JsonValue left, JsonValue right) {
  size_t count = 0;
  for (const auto& [key, value] : left.members()) {
    ++count;
    const auto other = right.find(decoded(key));
    if (!other || !same(value, *other)) return false;
  }
  size_t others = 0;
  for (auto at = right.members().begin(); at != right.members().end(); ++at) ++others;
  return count == others;
}

bool same(JsonValue left, JsonValue right) {
  if (left.kind() != right.kind()) return false;
  switch (left.kind()) {
    case JsonKind::number:
      return left.raw() == right.raw() || number_of(left) == number_of(right);
    case JsonKind::string:
      return decoded(left.as_string()) == decoded(right.as_string());
    case JsonKind::array:
      return same_elements(left, right, true);
    case JsonKind::object:
      return same_members(left, right);
    default:
      return left.raw() == right.raw();
  }
}

std::string list_of(const std::vector<std::string>& fields) {
  return fmt::format("{}", fmt::join(fields, ","));
}

RestCall call_of(const RuleTest& test, const std::vector<std::string>& fields) {
  RestCall call{test.method, test.target, test.body, {}};
  const bool writes = test.method != "GET" && test.method != "HEAD";
  if (writes) call.prefer = fields.empty() && !test.written_out ? "return=minimal" : "return=representation";
  if (writes) call.prefer += ", tx=rollback";
  if (!fields.empty())
    call.target += (call.target.find('?') == std::string::npos ? "?select=" : "&select=") + list_of(fields);
  return call;
}

class Judge {
 public:
  Judge(engine::Engine& engine, const RuleTest& test) : caller_(engine), test_(test) {}

  TestOutcome judge() {
    for (const Expectation& expected : test_.expected) judge(expected);
    return std::move(outcome_);
  }

 private:
  void judge(const Expectation& expected) {
    if (expected.kind == Kind::shows || expected.kind == Kind::hides)
      return judge_fields(expected);
    const RestAnswer answer = caller_.run(call_of(test_, expected.fields), test_.identity);
    switch (expected.kind) {
      case Kind::gives:
        if (!answer.code.empty() || !same_rows(answer.response.body, expected.json))
          wrong("gives " + expected.json, came(answer));
        break;
      case Kind::count:
        if (!answer.code.empty() || answer.affected != expected.count)
          wrong(fmt::format("{} rows", expected.count), came(answer));
        break;
      case Kind::allowed:
        if (!answer.code.empty() || answer.affected == 0) wrong("allowed", came(answer));
        break;
      case Kind::refused:
        if (expected.code.empty() ? answer.code.empty() && answer.affected > 0
                                  : answer.code != expected.code)
          wrong("refused" + (expected.code.empty() ? "" : " with " + expected.code), came(answer));
        break;
      default:
        break;
    }
  }

  void judge_fields(const Expectation& expected) {
    for (const std::string& field : expected.fields) {
      const bool shows = expected.kind == Kind::shows;
      const RestAnswer answer = caller_.run(call_of(test_, {field}), test_.identity);
      const std::string wanted = (shows ? "shows " : "hides ") + field;
      if (!answer.code.empty()) {
        if (shows || answer.code != "42501") wrong(wanted, came(answer));
      } else if (answer.affected == 0) {
        wrong(wanted, "no row is read");
      } else if (!all_rows(answer.response.body, field, shows)) {
        wrong(wanted, answer.response.body);
      }
    }
  }

  static bool all_rows(std::string_view body, const std::string& field, bool filled) {
    const auto rows = parse_json(body, Limits().json_depth_max);
    if (!rows || rows->kind() != JsonKind::array) return false;
    for (JsonValue row : rows->elements()) {
      const auto cell = row.find(field);
      if (!cell || cell->is_null() == filled) return false;
    }
    return true;
  }

  static std::string came(const RestAnswer& answer) {
    if (!answer.code.empty()) return answer.response.body;
    if (!answer.response.body.empty()) return answer.response.body;
    return fmt::format("{} row{}", answer.affected, answer.affected == 1 ? "" : "s");
  }

  void wrong(const std::string& expected, const std::string& got) {
    outcome_.wrong.push_back(fmt::format("expected  {}\n      got  {}", expected, got));
  }

  RestCaller caller_;
  const RuleTest& test_;
  TestOutcome outcome_;
};

}  // namespace

bool same_json(std::string_view left, std::string_view right) {
  const auto a = parse_json(left, Limits().json_depth_max);
  const auto b = parse_json(right, Limits().json_depth_max);
  return a && b && same(*a, *b);
}

bool same_rows(std::string_view left, std::string_view right) {
  const auto a = parse_json(left, Limits().json_depth_max);
  const auto b = parse_json(right, Limits().json_depth_max);
  if (!a || !b) return false;
  if (a->kind() != JsonKind::array || b->kind() != JsonKind::array) return same(*a, *b);
  return same_elements(*a, *b, false);
}

result<void> write_given(engine::Engine& engine, const RuleTestFile& file) {
  RestCaller caller(engine);
  const Identity service{Role::service, "service_role", {}};
  for (const GivenRow& row : file.given) {
    const RestCall call{"POST", "/rest/v1/" + row.table, row.json, "return=minimal"};
    const RestAnswer answer = caller.run(call, service);
    if (!answer.code.empty())
      return fail(ErrorCode::bad_config, fmt::format("{}: {}", row.place, answer.response.body));
  }
  return {};
}

TestOutcome run_rule_test(engine::Engine& engine, const RuleTest& test) {
  return Judge(engine, test).judge();
}

}  // namespace trivet::app
