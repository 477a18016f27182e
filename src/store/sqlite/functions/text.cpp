#include <sqlite3.h>

#include <memory>

#include "store/sqlite/functions.h"
#include "store/sqlite/functions/arguments.h"
#include "value/fold.h"

namespace trivet::store::sqlite {

namespace {

// The compiled pattern stays with the statement while its second argument is constant.
template <CaseRule rule>
void like_function(sqlite3_context* call, int count, sqlite3_value** arguments) {
  if (any_null(count, arguments)) return;
  auto* pattern = static_cast<LikePattern*>(sqlite3_get_auxdata(call, 1));
  std::unique_ptr<LikePattern> owned;
  if (pattern == nullptr) {
    auto compiled = LikePattern::compile(argument_text(arguments[1]), rule);
    if (!compiled) return fail_function(call, std::move(compiled).error());
    owned = std::make_unique<LikePattern>(*std::move(compiled));
    pattern = owned.get();
  }
  sqlite3_result_int(call, pattern->matches(argument_text(arguments[0])) ? 1 : 0);
  if (owned)
    sqlite3_set_auxdata(call, 1, owned.release(),
                        [](void* p) { delete static_cast<LikePattern*>(p); });
}

using SharedRegex = std::shared_ptr<const Regex>;

template <CaseRule rule>
void regex_function(sqlite3_context* call, int count, sqlite3_value** arguments) {
  if (any_null(count, arguments)) return;
  auto* regex = static_cast<SharedRegex*>(sqlite3_get_auxdata(call, 1));
  std::unique_ptr<SharedRegex> owned;
  if (regex == nullptr) {
    auto& context = *static_cast<FunctionContext*>(sqlite3_user_data(call));
    auto compiled = context.regexes.find(argument_text(arguments[1]), rule);
    if (!compiled) return fail_function(call, std::move(compiled).error());
    owned = std::make_unique<SharedRegex>(*std::move(compiled));
    regex = owned.get();
  }
  sqlite3_result_int(call, (*regex)->matches(argument_text(arguments[0])) ? 1 : 0);
  if (owned)
    sqlite3_set_auxdata(call, 1, owned.release(),
                        [](void* p) { delete static_cast<SharedRegex*>(p); });
}

using TextTest = bool (*)(std::string_view, std::string_view);

template <TextTest test>
void test_function(sqlite3_context* call, int count, sqlite3_value** arguments) {
  if (any_null(count, arguments)) return;
  sqlite3_result_int(call, test(argument_text(arguments[0]), argument_text(arguments[1])) ? 1 : 0);
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }
bool starts_with(std::string_view text, std::string_view part) { return text.starts_with(part); }
bool ends_with(std::string_view text, std::string_view part) { return text.ends_with(part); }
bool icontains(std::string_view text, std::string_view part) { return contains_folded(text, part); }
bool istarts_with(std::string_view text, std::string_view part) {
  return fold_case(text).starts_with(fold_case(part));
}
bool iends_with(std::string_view text, std::string_view part) {
  return fold_case(text).ends_with(fold_case(part));
}

struct Entry {
  const char* name;
  void (*function)(sqlite3_context*, int, sqlite3_value**);
};

constexpr Entry entries[] = {
    {"trivet_like", like_function<CaseRule::sensitive>},
    {"trivet_ilike", like_function<CaseRule::folded>},
    {"trivet_regex", regex_function<CaseRule::sensitive>},
    {"trivet_iregex", regex_function<CaseRule::folded>},
    {"trivet_contains", test_function<contains>},
    {"trivet_starts_with", test_function<starts_with>},
    {"trivet_ends_with", test_function<ends_with>},
    {"trivet_icontains", test_function<icontains>},
    {"trivet_istarts_with", test_function<istarts_with>},
    {"trivet_iends_with", test_function<iends_with>},
};

}  // namespace

int register_text_functions(sqlite3* db, FunctionContext& context) {
  for (const Entry& entry : entries) {
    const int code = sqlite3_create_function_v2(db, entry.name, 2, pure_function, &context,
                                                entry.function, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

}  // namespace trivet::store::sqlite
