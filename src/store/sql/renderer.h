// Renderer: writes SQL text and notes what each parameter is bound to. One per statement; pure.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "schema/schema.h"
#include "store/expr.h"
#include "store/query.h"
#include "store/sql/dialect.h"
#include "store/sql/link.h"
#include "store/sql/statement.h"

namespace trivet::store::sql {

class Renderer {
 public:
  Renderer(const schema::Schema& schema, const Dialect& dialect)
      : schema_(schema), dialect_(dialect) {}

  // A table in scope, innermost last; Expr depth 0 is the last one.
  struct Scope {
    int model;
    std::string alias;
  };
  // Opens a scope with a fresh alias, which it returns.
  std::string push(int model);
  void push(int model, std::string alias) { scopes_.push_back({model, std::move(alias)}); }
  void pop() { scopes_.pop_back(); }

  void raw(std::string_view text) { text_ += text; }
  void identifier(std::string_view name);
  void literal(std::string_view text);  // quoted text
  void column(std::string_view alias, std::string_view name);
  // A field of that table, as its type; without an alias, of the only one.
  void stored(std::string_view alias, const schema::Field& field);
  void bind(BindKind kind, int index, Type type);
  // A list given as one parameter, in a typed dialect: `$1::integer[]`.
  void bind_list(BindKind kind, int index, Type element, int enum_index);
  void bind_typed(BindKind kind, int index, Type type, int enum_index);
  // `integer`, or the quoted name of the enum.
  void type_name(Type type, int enum_index);
  void expression(const Expr& expr);
  // An operand in a form that sorts and compares by declaration (enums) or as jsonb.
  void order_key(const Expr& expr);
  // An operand in a form whose equality is that of its type, as GROUP BY, DISTINCT and IN need it.
  void group_key(const Expr& expr);
  void order_term(const OrderTerm& term);
  void order_direction(const OrderTerm& term);  // what follows the key
  // The far end's table(s) of a link, joined to its target, as `FROM …`; then the condition on the
  // near row's cells.
  struct LinkAliases {
    std::string_view target;
    std::string_view junction;
    std::string_view near;  // of the current row
  };
  void link_tables(const ResolvedLink& link, const LinkAliases& aliases);
  void no_null_row(std::string_view alias);  // of what a function gave
  std::string fresh_alias();
  // No alias from here on is this name, which stands for a table.
  void keep_from_aliases(std::string_view name);
  // Replaces $1, $2, … in `form` by what the arguments render.
  template <class... Write>
  void form(std::string_view form_text, Write&&... write);

  [[nodiscard]] const schema::Schema& schema() const { return schema_; }
  [[nodiscard]] const Dialect& dialect() const { return dialect_; }
  [[nodiscard]] Statement take() { return {std::move(text_), std::move(bindings_)}; }

 private:
  void logic(const Expr& expr, std::string_view word, std::string_view empty);
  void comparison(const Expr& expr, std::string_view sign);
  void is_distinct(const Expr& expr);
  void in_list(const Expr& expr);
  void suffix(const Expr& expr, std::string_view after);
  void named_operator(const Expr& expr);
  void text_search(const Expr& expr);
  void json_get(const Expr& expr);
  void cast(const Expr& expr);
  void linked(const Expr& expr);
  void aggregate(const Expr& expr);
  void enum_position(const Expr& expr);
  void extreme(const Expr& expr, std::string_view function);
  void structure(const Expr& expr);
  void typed_column(const Scope& scope, const schema::Field& field);
  void parameter(const Binding& binding);
  [[nodiscard]] bool says_where_nulls_go(const OrderTerm& term) const;
  void json_path(const Expr& expr);
  void document_keys(const Expr& expr);
  void typed_comparison(const Expr& expr, std::string_view sign);
  void typed_in_list(const Expr& expr);

  const schema::Schema& schema_;
  const Dialect& dialect_;
  std::string text_;
  std::vector<Binding> bindings_;
  std::vector<Scope> scopes_;
  int next_alias_ = 0;
};

template <class... Write>
void Renderer::form(std::string_view form_text, Write&&... write) {
  for (size_t i = 0; i < form_text.size(); ++i) {
    if (form_text[i] != '$' || i + 1 == form_text.size()) {
      text_ += form_text[i];
      continue;
    }
    int argument = form_text[++i] - '1';
    (void)((argument-- == 0 ? (write(), true) : false) || ...);
  }
}

}  // namespace trivet::store::sql
