#include "store/sql/layout/script.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "schema/schema.h"

namespace trivet::store::sql {
namespace {

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::string upper(std::string_view text) {
  std::string made(text);
  for (char& c : made) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return made;
}

// Reads tokens; comments and white space are passed over.
class Lexer {
 public:
  Lexer(std::string_view script, ScriptDialect dialect)
      : script_(script),
        is_postgres_(dialect == ScriptDialect::postgres),
        is_mysql_(dialect == ScriptDialect::mysql) {}

  // To the next token; false at the end.
  bool next(SqlToken& token) {
    pass_blank();
    start_ = at_;
    if (at_ >= script_.size()) return false;
    const char c = script_[at_];
    if (is_mysql_ && (c == '\'' || c == '"')) {
      at_ -= 1;  // as if an E stood before it
      read_escaped(c, token);
    } else if (c == '\'' || c == '"' || (c == '`' && !is_postgres_)) {
      read_quoted(c, token);
    } else if (is_postgres_ && (c == 'E' || c == 'e') && script_.substr(at_ + 1).starts_with('\'')) {
      read_escaped('\'', token);
    } else if (const size_t tag = is_postgres_ ? dollar_tag() : 0; tag > 0) {
      read_dollars(tag, token);
    } else if (c == '[' && !is_postgres_ && !is_mysql_) {
      const size_t close = std::min(script_.find(']', at_), script_.size());
      name(token, std::string(script_.substr(at_ + 1, close - at_ - 1)));
      at_ = std::min(close + 1, script_.size());
    } else if (is_word(c)) {
      while (at_ < script_.size() && is_word(script_[at_])) ++at_;
      const std::string_view word = script_.substr(start_, at_ - start_);
      token = {TokenKind::word, upper(word), std::string(word)};
    } else {
      token = {TokenKind::symbol, std::string(1, c), {}};
      ++at_;
    }
    return true;
  }

  [[nodiscard]] size_t start() const { return start_; }
  [[nodiscard]] size_t end() const { return at_; }

 private:
  static void name(SqlToken& token, std::string text) {
    token = {TokenKind::quoted_name, text, text};
  }

  void pass_blank() {
    while (at_ < script_.size()) {
      if (is_space(script_[at_])) {
        ++at_;
      } else if (begins_comment()) {
        at_ = std::min(script_.find('\n', at_), script_.size());
      } else if (script_.substr(at_).starts_with("/*")) {
        pass_comment();
      } else {
        return;
      }
    }
  }

  // To the end of its line. MySQL wants something blank behind the dashes.
  [[nodiscard]] bool begins_comment() const {
    const std::string_view rest = script_.substr(at_);
    if (is_mysql_ && rest.starts_with('#')) return true;
    return rest.starts_with("--") && (!is_mysql_ || rest.size() == 2 || is_space(rest[2]));
  }

  // PostgreSQL's may hold others.
  void pass_comment() {
    int depth = 0;
    do {
      const std::string_view rest = script_.substr(at_);
      const bool opens = rest.starts_with("/*") && (depth == 0 || is_postgres_);
      if (opens) ++depth;
      const bool closes = !opens && rest.starts_with("*/");
      if (closes) --depth;
      at_ += opens || closes ? 2 : 1;
    } while (depth > 0 && at_ < script_.size());
  }

  // Length of $tag$ here; 0 = there is none.
  [[nodiscard]] size_t dollar_tag() const {
    if (script_[at_] != '$') return 0;
    size_t end = at_ + 1;
    while (end < script_.size() && is_word(script_[end]) && script_[end] != '$') ++end;
    const bool is_parameter = end > at_ + 1 && std::isdigit(static_cast<unsigned char>(
                                                   script_[at_ + 1])) != 0;
    if (is_parameter || end >= script_.size() || script_[end] != '$') return 0;
    return end + 1 - at_;
  }

  void read_dollars(size_t tag, SqlToken& token) {
    const size_t close = script_.find(script_.substr(at_, tag), at_ + tag);
    at_ = close == script_.npos ? script_.size() : close + tag;
    token = {TokenKind::text, std::string(script_.substr(start_, at_ - start_)), {}};
  }

  // E'…', where a backslash takes the next character's meaning.
  void read_escaped(char quote, SqlToken& token) {
    for (at_ += 2; at_ < script_.size(); ++at_) {
      if (script_[at_] == '\\') {
        ++at_;
      } else if (script_[at_] == quote) {
        if (!script_.substr(at_ + 1).starts_with(quote)) break;
        ++at_;
      }
    }
    at_ = std::min(at_ + 1, script_.size());
    token = {TokenKind::text, std::string(script_.substr(start_, at_ - start_)), {}};
  }

  void read_quoted(char quote, SqlToken& token) {
    std::string content;
    for (++at_; at_ < script_.size(); ++at_) {
      if (script_[at_] == quote) {
        if (at_ + 1 >= script_.size() || script_[at_ + 1] != quote) break;
        ++at_;
      }
      content += script_[at_];
    }
    at_ = std::min(at_ + 1, script_.size());
    if (quote == '\'')
      token = {TokenKind::text, std::string(script_.substr(start_, at_ - start_)), {}};
    else
      name(token, std::move(content));
  }

  std::string_view script_;
  bool is_postgres_;
  bool is_mysql_;
  size_t at_ = 0;
  size_t start_ = 0;
};

// The tokens of one statement, one after the other.
class Reader {
 public:
  explicit Reader(const SqlStatement& statement) : tokens_(statement.tokens) {}

  bool word(std::string_view expected) {
    if (at_ >= tokens_.size() || tokens_[at_].kind != TokenKind::word ||
        tokens_[at_].text != expected)
      return false;
    ++at_;
    return true;
  }
  bool words(std::string_view first, std::string_view second) {
    const size_t before = at_;
    if (word(first) && word(second)) return true;
    at_ = before;
    return false;
  }
  bool symbol(std::string_view expected) {
    if (at_ >= tokens_.size() || tokens_[at_].kind != TokenKind::symbol ||
        tokens_[at_].text != expected)
      return false;
    ++at_;
    return true;
  }
  // Behind the next such symbol that is in no parentheses of its own.
  bool pass(std::string_view expected) {
    for (int depth = 0; at_ < tokens_.size();) {
      const SqlToken& token = tokens_[at_++];
      if (token.kind != TokenKind::symbol) continue;
      if (depth == 0 && token.text == expected) return true;
      if (token.text == "(") ++depth;
      if (token.text == ")") --depth;
    }
    return false;
  }
  // name or schema.name; its last part.
  std::string name() {
    const std::string found = table({});
    return std::string(schema::split_name(found).name);
  }
  // The same, as a table's: with the schema that it says, or the default one if there is any.
  std::string table(const std::string& default_schema) {
    std::string place;
    std::string found;
    do {
      if (at_ >= tokens_.size() || tokens_[at_].name.empty()) return {};
      place = std::exchange(found, tokens_[at_++].name);
    } while (symbol("."));
    if (default_schema.empty()) return found;
    return schema::place_name({place.empty() ? default_schema : place, found});
  }
  [[nodiscard]] const SqlToken* peek() const {
    return at_ < tokens_.size() ? &tokens_[at_] : nullptr;
  }

 private:
  const std::vector<SqlToken>& tokens_;
  size_t at_ = 0;
};

bool is_trigger(const std::vector<SqlToken>& tokens) {
  if (tokens.size() < 2 || tokens[0].text != "CREATE") return false;
  const bool temporary = tokens[1].text == "TEMP" || tokens[1].text == "TEMPORARY";
  const size_t at = temporary ? 2 : 1;
  return at < tokens.size() && tokens[at].kind == TokenKind::word && tokens[at].text == "TRIGGER";
}

bool is_word(const SqlToken& token, std::string_view text) {
  return token.kind == TokenKind::word && token.text == text;
}

// A body that begins with BEGIN ATOMIC ends with the END that is its own.
bool is_within_body(const std::vector<SqlToken>& tokens) {
  int depth = 0;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const bool begins = is_word(tokens[i], "ATOMIC") && i > 0 && is_word(tokens[i - 1], "BEGIN");
    if (begins || (depth > 0 && is_word(tokens[i], "CASE"))) ++depth;
    if (depth > 0 && is_word(tokens[i], "END")) --depth;
  }
  return depth > 0;
}

// A rule's actions.
bool is_within_parentheses(const std::vector<SqlToken>& tokens) {
  int depth = 0;
  for (const SqlToken& token : tokens) {
    if (token.kind != TokenKind::symbol) continue;
    if (token.text == "(") ++depth;
    if (token.text == ")") --depth;
  }
  return depth > 0;
}

// In a trigger's body only `; END ;` ends the statement.
bool ends_statement(const std::vector<SqlToken>& tokens, ScriptDialect dialect) {
  if (dialect == ScriptDialect::postgres)
    return tokens.empty() || !is_word(tokens.front(), "CREATE") ||
           !(is_within_parentheses(tokens) || is_within_body(tokens));
  if (!is_trigger(tokens)) return true;
  const size_t count = tokens.size();
  return count >= 2 && tokens[count - 1].text == "END" && tokens[count - 2].text == ";";
}

class FactFinder {
 public:
  explicit FactFinder(std::string default_schema = {}) : default_schema_(std::move(default_schema)) {}

  void read(const SqlStatement& statement) {
    Reader reader(statement);
    if (reader.word("ALTER"))
      alter(reader);
    else if (reader.words("DROP", "TABLE"))
      drop(reader);
    else if (reader.words("DELETE", "FROM") || reader.word("TRUNCATE"))
      empty(reader);
    else if (reader.word("INSERT") || reader.word("REPLACE"))
      insert(reader);
    else if (reader.word("PRAGMA"))
      pragma(reader);
    else
      transaction(reader);
    concurrently(statement);
  }

  ScriptFacts take() { return std::move(facts_); }

 private:
  std::string table_name(Reader& reader) const { return reader.table(default_schema_); }
  // A table stays in its schema.
  static std::string renamed(const std::string& table, const std::string& name) {
    return schema::place_name({schema::split_name(table).db_schema, name});
  }

  void alter(Reader& reader) {
    if (!reader.word("TABLE")) return;
    reader.words("IF", "EXISTS");
    reader.word("ONLY");
    const std::string table = table_name(reader);
    if (reader.word("RENAME")) {
      if (reader.word("TO")) return rename_table(table, renamed(table, reader.name()));
      reader.word("COLUMN");
      const std::string column = reader.name();
      if (reader.word("TO")) facts_.renames.push_back({table, column, reader.name()});
      return;
    }
    do {
      drop_column(table, reader);
    } while (reader.pass(","));
  }

  void drop_column(const std::string& table, Reader& reader) {
    static const std::set<std::string> others{"CONSTRAINT", "INDEX", "KEY", "PRIMARY", "FOREIGN", "CHECK"};
    if (!reader.word("DROP")) return;
    const SqlToken* const what = reader.peek();
    if (what == nullptr || (what->kind == TokenKind::word && others.contains(what->text))) return;
    reader.word("COLUMN");
    reader.words("IF", "EXISTS");
    facts_.dropped_columns.push_back({table, reader.name(), {}});
  }

  // What PostgreSQL runs in no transaction, since it waits for those of others.
  void concurrently(const SqlStatement& statement) {
    static const std::set<std::string> verbs{"CREATE", "DROP", "REINDEX", "ALTER"};
    const auto found = std::ranges::find_if(
        statement.tokens, [](const SqlToken& token) { return is_word(token, "CONCURRENTLY"); });
    if (found == statement.tokens.end() || !verbs.contains(statement.tokens.front().text)) return;
    facts_.manages_transactions = true;
    Reader reader(statement);
    if (!reader.word("CREATE")) return;
    reader.word("UNIQUE");
    if (!reader.words("INDEX", "CONCURRENTLY")) return;
    if (reader.word("IF")) reader.words("NOT", "EXISTS");
    facts_.concurrent_indexes.push_back(reader.name());
  }

  // A table that was filled and takes the name of a dropped one is that table, rebuilt.
  void rename_table(const std::string& table, const std::string& to) {
    const bool was_dropped = std::erase(facts_.dropped_tables, to) > 0;
    if (!was_dropped) return facts_.renames.push_back({table, {}, to});
    if (!filled_.contains(table)) facts_.dropped_tables.push_back(to);
  }

  void drop(Reader& reader) {
    reader.words("IF", "EXISTS");
    facts_.dropped_tables.push_back(table_name(reader));
  }

  void empty(Reader& reader) {
    reader.word("TABLE");
    facts_.emptied_tables.push_back(table_name(reader));
  }

  void insert(Reader& reader) {
    if (reader.word("OR")) (void)reader.name();
    if (reader.word("INTO")) filled_.insert(table_name(reader));
  }

  void pragma(Reader& reader) {
    const std::string setting = upper(reader.name());
    const bool sets = reader.symbol("=") || reader.symbol("(");
    const SqlToken* value = reader.peek();
    if (!sets || value == nullptr) return;
    if (setting == "FOREIGN_KEYS")
      facts_.suspends_foreign_keys = facts_.suspends_foreign_keys || value->text == "OFF" ||
                                     value->text == "0" || value->text == "FALSE" ||
                                     value->text == "NO";
    static const std::set<std::string> outside{"JOURNAL_MODE", "SYNCHRONOUS", "AUTO_VACUUM",
                                               "PAGE_SIZE"};
    if (outside.contains(setting)) facts_.manages_transactions = true;
  }

  void transaction(Reader& reader) {
    static const std::set<std::string> words{"BEGIN",  "COMMIT", "END",   "ROLLBACK", "START",
                                             "VACUUM", "ATTACH", "DETACH"};
    const SqlToken* first = reader.peek();
    if (reader.words("CREATE", "DATABASE") || reader.words("DROP", "DATABASE") ||
        reader.words("CREATE", "TABLESPACE"))
      facts_.manages_transactions = true;
    if (first != nullptr && first->kind == TokenKind::word && words.contains(first->text))
      facts_.manages_transactions = true;
  }

  const std::string default_schema_;  // empty: names of tables have no schema
  ScriptFacts facts_;
  std::set<std::string> filled_;
};

// `-- trivet: accept data-loss, breaking`, alone on its line.
void read_mark(std::string_view line, ScriptFacts& facts) {
  constexpr std::string_view opening = "-- trivet: accept ";
  while (!line.empty() && is_space(line.front())) line.remove_prefix(1);
  if (!line.starts_with(opening)) return;
  line.remove_prefix(opening.size());
  while (!line.empty()) {
    const size_t comma = std::min(line.find(','), line.size());
    std::string_view word = line.substr(0, comma);
    while (!word.empty() && is_space(word.front())) word.remove_prefix(1);
    while (!word.empty() && is_space(word.back())) word.remove_suffix(1);
    if (word == "data-loss") facts.accepts_data_loss = true;
    if (word == "breaking") facts.accepts_breaking = true;
    line.remove_prefix(std::min(comma + 1, line.size()));
  }
}

}  // namespace

static ScriptFacts find_facts(std::string_view script, ScriptDialect dialect, const std::string& default_schema) {
  FactFinder finder(default_schema);
  for (const SqlStatement& statement : split_script(script, dialect)) finder.read(statement);
  ScriptFacts facts = finder.take();
  for (size_t at = 0; at < script.size();) {
    const size_t end = std::min(script.find('\n', at), script.size());
    read_mark(script.substr(at, end - at), facts);
    at = end + 1;
  }
  return facts;
}

std::vector<SqlStatement> split_script(std::string_view script, ScriptDialect dialect) {
  std::vector<SqlStatement> statements;
  Lexer lexer(script, dialect);
  SqlStatement current;
  size_t start = 0;
  size_t end = 0;
  const auto finish = [&] {
    if (current.tokens.empty()) return;
    current.text = script.substr(start, end - start);
    statements.push_back(std::move(current));
    current = {};
  };
  SqlToken token;
  while (lexer.next(token)) {
    if (token.kind == TokenKind::symbol && token.text == ";" && ends_statement(current.tokens, dialect)) {
      finish();
      continue;
    }
    if (current.tokens.empty()) start = lexer.start();
    end = lexer.end();
    current.tokens.push_back(token);
  }
  finish();
  return statements;
}

ScriptFacts read_script(std::string_view script, ScriptDialect dialect) { return find_facts(script, dialect, {}); }

ScriptFacts read_placed_script(std::string_view script, const std::string& default_schema) {
  return find_facts(script, ScriptDialect::postgres, default_schema);
}

}  // namespace trivet::store::sql
