#include "store/introspect/postgres/view_columns.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace trivet::store::introspect {
namespace {

// The text of an entry of the outermost target list, without the nodes inside.
class Entries {
 public:
  explicit Entries(std::string_view text) : text_(text) {}

  // Empty at the end.
  std::string next() {
    std::string entry;
    bool inside = false;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\\') {  // what follows is part of a name
        if (inside && depth_ == 2) entry += text_.substr(at_, 2);
        ++at_;
      } else if (c == '{') {
        ++depth_;
        inside = inside || (depth_ == 2 && text_.substr(at_).starts_with("{TARGETENTRY "));
      } else if (c == '}') {
        if (--depth_ == 1 && inside) {
          ++at_;
          return entry;
        }
      } else if (inside && depth_ == 2) {
        entry += c;
      }
    }
    return {};
  }

 private:
  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
};

// The word behind ` name `.
std::string_view word_of(std::string_view entry, std::string_view name) {
  const std::string key = " " + std::string(name) + " ";
  const size_t at = entry.rfind(key);
  if (at == entry.npos) return {};
  entry.remove_prefix(at + key.size());
  return entry.substr(0, entry.find(' '));
}

std::optional<int> number_in(std::string_view word) {
  int number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return number;
}

const std::string& inherited(const LiveTable& base, const std::vector<std::string>& from, const std::string& column) {
  return from[static_cast<size_t>(base.find_column(column))];
}

// Those of the view for these of the base; empty if one isn't there.
std::vector<std::string> all_inherited(const LiveTable& base, const std::vector<std::string>& from,
                                       const std::vector<std::string>& columns) {
  std::vector<std::string> names;
  for (const std::string& column : columns) {
    const std::string& name = inherited(base, from, column);
    if (name.empty()) return {};
    names.push_back(name);
  }
  return names;
}

void inherit_row(const LiveTable& base, const std::vector<std::string>& from, LiveTable& view) {
  for (size_t i = 0; i < base.columns.size(); ++i) {
    if (from[i].empty()) continue;
    LiveColumn& column = view.columns[static_cast<size_t>(view.find_column(from[i]))];
    column.required = base.columns[i].required;
    column.default_value = base.columns[i].default_value;
  }
  LiveIndex key;
  key.unique = true;
  for (const std::string& name : all_inherited(base, from, base.primary_key)) key.columns.push_back({name, false, {}});
  if (!key.columns.empty()) view.indexes.push_back(std::move(key));
}

}  // namespace

std::vector<ViewColumn> view_columns(std::string_view action) {
  std::vector<ViewColumn> columns;
  if (!action.starts_with("({QUERY ")) return columns;
  Entries entries(action);
  for (std::string entry = entries.next(); !entry.empty(); entry = entries.next()) {
    const auto number = number_in(word_of(entry, ":resno"));
    const auto table_number = number_in(word_of(entry, ":resorigcol"));
    const std::string_view table = word_of(entry, ":resorigtbl");
    const bool is_plain = number && table_number && *table_number > 0 && !table.empty() && table != "0";
    if (is_plain && word_of(entry, ":resjunk") == "false")
      columns.push_back({*number, std::string(table), *table_number});
  }
  return columns;
}

void inherit_keys(const LiveTable& base, const std::vector<std::string>& from, ViewRows rows, LiveTable& view) {
  if (rows == ViewRows::of_base) inherit_row(base, from, view);
  for (const LiveForeignKey& key : base.foreign_keys) {
    LiveForeignKey made;
    made.columns = all_inherited(base, from, key.columns);
    if (made.columns.empty()) continue;
    made.table = key.table;
    made.to_columns = key.to_columns;
    // The actions that a relation has without a word about them: the view does nothing of the kind.
    const bool required = std::ranges::any_of(made.columns, [&](const std::string& name) {
      return view.columns[static_cast<size_t>(view.find_column(name))].required;
    });
    made.on_delete = required ? schema::ReferentialAction::restrict : schema::ReferentialAction::set_null;
    made.on_update = schema::ReferentialAction::cascade;
    const bool known = std::ranges::any_of(view.foreign_keys, [&](const LiveForeignKey& other) {
      return other.columns == made.columns && other.table == made.table;
    });
    if (!known) view.foreign_keys.push_back(std::move(made));
  }
}

}  // namespace trivet::store::introspect
