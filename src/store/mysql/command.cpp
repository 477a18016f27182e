#include "store/mysql/command.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "store/sql/dialect.h"

namespace trivet::store::mysql {

namespace {

constexpr size_t values_max = 65'535;  // the protocol's, of one statement
constexpr size_t rounded_max = 1024;   // longer lists have a text of their own
constexpr char value_mark = '\x03';

class Expander {
 public:
  Expander(const sql::Statement& statement, const BindSources& sources)
      : statement_(statement), sources_(sources) {}

  result<Command> run() {
    const std::string_view text = statement_.text;
    for (size_t at = 0; at < text.size(); ++at) {
      if (text[at] == value_mark) {
        command_.text += '?';
        command_.values.push_back(value_of(next()));
      } else if (text[at] == sql::item_open.front()) {
        const size_t end = text.find(sql::item_close.front(), at);
        TRIVET_ASSERT(end != text.npos);
        list(text.substr(at + 1, end - at - 1));
        at = end;
      } else {
        command_.text += text[at];
      }
    }
    if (command_.values.size() > values_max)
      return fail(ErrorCode::too_complex, "the request has too many values for the database",
                  std::to_string(command_.values.size()) + " values, at most " +
                      std::to_string(values_max),
                  "send fewer at a time");
    return std::move(command_);
  }

 private:
  const sql::Binding& next() {
    TRIVET_ASSERT(binding_ < statement_.bindings.size());
    return statement_.bindings[binding_++];
  }

  [[nodiscard]] Value at(std::span<const Value> values, const sql::Binding& binding) const {
    TRIVET_ASSERT(static_cast<size_t>(binding.index) < values.size());
    return values[static_cast<size_t>(binding.index)];
  }

  [[nodiscard]] Value value_of(const sql::Binding& binding) const {
    if (binding.kind == sql::BindKind::cell) return at(sources_.cells, binding);
    const Value value = at(sources_.params, binding);
    if (binding.kind == sql::BindKind::limit && value.is_null())
      return Value::integer(std::numeric_limits<int64_t>::max());
    return value;
  }

  // The item once for each element; its marks are columns of it.
  void list(std::string_view item) {
    const auto marks = static_cast<size_t>(std::ranges::count(item, value_mark));
    std::vector<std::span<const Value>> columns;
    for (size_t i = 0; i < marks; ++i) {
      const sql::Binding& binding = next();
      const bool rows = binding.kind == sql::BindKind::rows;
      const Value given = at(rows ? sources_.rows : sources_.params, binding);
      columns.push_back(given.is_null() ? std::span<const Value>() : given.as_list());
    }
    const size_t count = columns.front().size();
    if (count == 0) {  // IN nothing is false, also of null
      command_.text += "SELECT NULL";
      for (size_t i = 1; i < marks; ++i) command_.text += ", NULL";
      command_.text += " FROM DUAL WHERE FALSE";
      return;
    }
    const size_t rounded = count <= rounded_max ? std::bit_ceil(count) : count;
    for (size_t element = 0; element < rounded; ++element) {
      if (element > 0) command_.text += ", ";
      size_t column = 0;
      for (const char c : item) {
        command_.text += c == value_mark ? '?' : c;
        if (c == value_mark)
          command_.values.push_back(columns[column++][std::min(element, count - 1)]);
      }
    }
  }

  const sql::Statement& statement_;
  const BindSources& sources_;
  size_t binding_ = 0;
  Command command_;
};

}  // namespace

result<Command> make_command(const sql::Statement& statement, const BindSources& sources) {
  return Expander(statement, sources).run();
}

std::string readable(std::string_view text) {
  std::string shown;
  for (const char c : text) {
    if (c == value_mark)
      shown += '?';
    else if (c != sql::item_open.front() && c != sql::item_close.front())
      shown += c;
  }
  return shown;
}

}  // namespace trivet::store::mysql
