#include "value/regex.h"

#include <re2/re2.h>

#include <list>
#include <mutex>
#include <unordered_map>

namespace trivet {
namespace {

re2::StringPiece to_piece(std::string_view text) { return {text.data(), text.size()}; }

re2::RE2::Options options_for(CaseRule rule) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_dot_nl(true);
  options.set_never_capture(true);
  options.set_case_sensitive(rule == CaseRule::sensitive);
  return options;
}

}  // namespace

struct Regex::State {
  State(const std::string& pattern, CaseRule rule) : regex(pattern, options_for(rule)) {}
  re2::RE2 regex;
};

Regex::Regex(std::unique_ptr<State> state) : state_(std::move(state)) {}
Regex::~Regex() = default;
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;

result<Regex> Regex::compile(std::string_view pattern, CaseRule rule) {
  TRIVET_TRY(const std::string translated, translate_regex(pattern));
  auto state = std::make_unique<State>(translated, rule);
  if (!state->regex.ok()) {
    return fail(ErrorCode::bad_regex, "invalid regular expression: " + state->regex.error());
  }
  return Regex(std::move(state));
}

bool Regex::matches(std::string_view text) const {
  return re2::RE2::PartialMatch(to_piece(text), state_->regex);
}

struct RegexCache::State {
  struct Entry {
    std::string key;
    std::shared_ptr<const Regex> regex;
  };

  explicit State(size_t capacity_) : capacity(capacity_) {}

  std::shared_ptr<const Regex> take(const std::string& key) {
    const std::lock_guard lock(mutex);
    const auto found = by_key.find(key);
    if (found == by_key.end()) return nullptr;
    entries.splice(entries.begin(), entries, found->second);
    return found->second->regex;
  }

  void put(std::string key, std::shared_ptr<const Regex> regex) {
    const std::lock_guard lock(mutex);
    if (by_key.contains(key)) return;
    entries.push_front({std::move(key), std::move(regex)});
    by_key.emplace(entries.front().key, entries.begin());
    if (entries.size() <= capacity) return;
    by_key.erase(entries.back().key);
    entries.pop_back();
  }

  const size_t capacity;
  mutable std::mutex mutex;
  std::list<Entry> entries;  // last used first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key;
};

RegexCache::RegexCache(size_t capacity) : state_(std::make_unique<State>(capacity)) {}
RegexCache::~RegexCache() = default;

result<std::shared_ptr<const Regex>> RegexCache::find(std::string_view pattern, CaseRule rule) {
  std::string key(1, rule == CaseRule::sensitive ? 's' : 'f');
  key += pattern;
  if (std::shared_ptr<const Regex> known = state_->take(key)) return known;
  // Compiled outside the lock: a large pattern must not hold up other threads.
  TRIVET_TRY(Regex compiled, Regex::compile(pattern, rule));
  auto regex = std::make_shared<const Regex>(std::move(compiled));
  state_->put(std::move(key), regex);
  return regex;
}

size_t RegexCache::size() const {
  const std::lock_guard lock(state_->mutex);
  return state_->entries.size();
}

}  // namespace trivet
