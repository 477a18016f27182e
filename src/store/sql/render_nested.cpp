#include "store/sql/render_nested.h"

#include <algorithm>

#include "base/error.h"
#include "store/sql/link.h"

namespace trivet::store::sql {

namespace {

bool is_aggregate(const Expr& expr) {
  switch (expr.op) {
    case Op::count_rows:
    case Op::count:
    case Op::sum:
    case Op::avg:
    case Op::min:
    case Op::max:
      return true;
    default:
      return std::ranges::any_of(expr.args, is_aggregate);
  }
}

// The row above, and how this level hangs on it.
struct Parent {
  ResolvedLink link;
  std::string alias;
  const schema::Model* model = nullptr;
  const Embed* embed = nullptr;
};

class NestedRenderer {
 public:
  NestedRenderer(const schema::Schema& schema, Renderer& out) : schema_(schema), out_(out) {}

  void level(const Level& level, const Parent* parent, const NestedSource& source) {
    const std::string alias = out_.push(level.model);
    out_.raw(level.distinct ? "SELECT DISTINCT " : "SELECT ");
    const std::vector<int> plain = select_list(level, alias);
    tables(level, alias, parent, source);
    group(level, alias, plain);
    if (level.order.empty() && !source.order.empty() && !level.grouped && !level.distinct) {
      out_.raw(" ORDER BY " + source.order);
    }
    order_and_page(level, parent);
    out_.pop();
  }

 private:
  // Positions, from 1, of the outputs that rows are grouped by.
  std::vector<int> select_list(const Level& level, const std::string& alias) {
    std::vector<int> plain;
    int columns = 0;
    const auto name = [&] {
      out_.raw(" AS c");
      out_.raw(std::to_string(columns++));
    };
    for (const Output& output : level.outputs) {
      if (columns > 0) out_.raw(", ");
      out_.expression(output.expr);
      name();
      if (!is_aggregate(output.expr)) plain.push_back(columns);
    }
    for (const Embed& embed : level.embeds) {
      if (columns > 0) out_.raw(", ");
      const Parent parent{resolve_link(schema_, embed.link), alias, &schema_.models[level.model],
                          &embed};
      // Not the bare name: a column of any table around could have it.
      out_.raw(embed.to_one ? "(SELECT ROW(d.*) FROM (" : "ARRAY(SELECT ROW(d.*) FROM (");
      this->level(embed.level, &parent, {});
      out_.raw(") AS d)");
      name();
    }
    return plain;
  }

  void tables(const Level& level, const std::string& alias, const Parent* parent,
              const NestedSource& source) {
    out_.raw(" FROM ");
    int conditions = 0;
    const auto next = [&] { out_.raw(conditions++ == 0 ? " WHERE " : " AND "); };
    if (parent == nullptr) {
      if (source.from) {
        source.from(out_, alias);
      } else {
        out_.identifier(schema_.models[level.model].table());
        out_.raw(" AS " + alias);
      }
    } else {
      TRIVET_ASSERT(parent->link.target == level.model);
      const std::string junction = parent->link.junction.empty() ? alias : out_.fresh_alias();
      out_.link_tables(parent->link, {alias, junction, parent->alias});
      for (size_t i = 0; i < parent->link.far_columns.size(); ++i) {
        next();
        out_.column(junction, parent->link.far_columns[i]);
        out_.raw(" = ");
        out_.column(parent->alias, parent->model->fields[parent->link.near_fields[i]].db_name);
      }
      if (!parent->link.function.empty()) {
        next();
        out_.no_null_row(alias);
      }
      const Embed& embed = *parent->embed;
      if (embed.near) {
        next();
        condition(static_cast<int>(parent->model - schema_.models.data()), parent->alias,
                  *embed.near);
      }
      if (embed.through) {
        next();
        condition(schema_.relations[embed.link.relation].model[1 - embed.link.side], junction,
                  *embed.through);
      }
    }
    if (level.where && level.where->op != Op::always_true) {
      next();
      out_.expression(*level.where);
    }
  }

  // On a row other than the level's own.
  void condition(int model, const std::string& alias, const Expr& expr) {
    out_.push(model, alias);
    out_.expression(expr);
    out_.pop();
  }

  void group(const Level& level, const std::string& alias, const std::vector<int>& plain) {
    if (!level.grouped) return;
    int terms = 0;
    const auto next = [&] { out_.raw(terms++ == 0 ? " GROUP BY " : ", "); };
    for (const int position : plain) {
      next();
      out_.raw(std::to_string(position));
    }
    const schema::Model& model = schema_.models[level.model];
    for (const Embed& embed : level.embeds) {
      if (!embed.link.function.empty()) {
        next();
        out_.raw(alias);
      }
      for (const int field : resolve_link(schema_, embed.link).near_fields) {
        next();
        out_.column(alias, model.fields[field].db_name);
      }
    }
  }

  // Made rows are ordered by what was selected: the same expression written again, with other
  // aliases inside, would be another one to the server.
  void order_term(const Level& level, const OrderTerm& term) {
    const auto found = std::ranges::find(level.outputs, term.expr, &Output::expr);
    const bool made = level.grouped || level.distinct;
    if (!made || found == level.outputs.end()) return out_.order_term(term);
    out_.raw(std::to_string(found - level.outputs.begin() + 1));
    out_.order_direction(term);
  }

  void order_and_page(const Level& level, const Parent* parent) {
    for (size_t i = 0; i < level.order.size(); ++i) {
      out_.raw(i == 0 ? " ORDER BY " : ", ");
      order_term(level, level.order[i]);
    }
    if (level.limit_param >= 0) {
      out_.raw(" LIMIT ");
      out_.bind_typed(BindKind::limit, level.limit_param, Type::int8, -1);
    } else if (parent != nullptr && parent->embed->to_one) {
      out_.raw(" LIMIT 1");
    }
    if (level.offset_param >= 0) {
      out_.raw(" OFFSET ");
      out_.bind_typed(BindKind::limit, level.offset_param, Type::int8, -1);
    }
  }

  const schema::Schema& schema_;
  Renderer& out_;
};

}  // namespace

Statement render_nested(const schema::Schema& schema, const Dialect& dialect, const Level& level,
                        const NestedSource& source) {
  Renderer out(schema, dialect);
  NestedRenderer(schema, out).level(level, nullptr, source);
  return out.take();
}

Statement render_nested_count(const schema::Schema& schema, const Dialect& dialect,
                              const Level& level, const NestedSource& source) {
  Level counted = level;
  counted.order.clear();
  counted.embeds.clear();
  counted.limit_param = counted.offset_param = -1;
  const bool rows_are_made = counted.grouped || counted.distinct;
  // What is selected doesn't matter for the number of rows, but for the rows themselves.
  if (!rows_are_made) counted.outputs.clear();
  Statement statement = render_nested(schema, dialect, counted, {.from = source.from, .order = {}});
  statement.text = "SELECT COUNT(*) FROM (" + statement.text + ") AS counted";
  return statement;
}

}  // namespace trivet::store::sql
