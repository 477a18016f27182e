#include <algorithm>

#include "base/error.h"
#include "store/sql/render.h"
#include "store/sql/renderer.h"

namespace trivet::store::sql {

namespace {

// Renders one level of the tree: at the root, among given rows, or below a parent over `link`.
class LevelRenderer {
 public:
  LevelRenderer(const schema::Schema& schema, const Dialect& dialect, const Level& level)
      : schema_(schema), dialect_(dialect), level_(level), out_(schema, dialect) {}

  // `below`: the embed that the level is of.
  LevelStatement render(Among among, const ResolvedLink* link, const Embed* below = nullptr) {
    LevelStatement result;
    alias_ = out_.push(level_.model);
    out_.raw(level_.distinct ? "SELECT DISTINCT " : "SELECT ");
    select_list(result);
    tables(link);
    conditions(among, link);
    if (below != nullptr && below->through) junction_condition(*below);
    group();
    order_and_page();
    result.select = out_.take();
    return result;
  }

  Statement render_count() {
    Level counted = level_;
    counted.order.clear();
    counted.embeds.clear();
    counted.limit_param = counted.offset_param = -1;
    if (counted.grouped || counted.distinct) {
      LevelRenderer inner(schema_, dialect_, counted);
      Statement statement = inner.render(Among::all, nullptr).select;
      statement.text = "SELECT COUNT(*) FROM (" + statement.text + ")";
      return statement;
    }
    alias_ = out_.push(level_.model);
    out_.raw("SELECT COUNT(*)");
    tables(nullptr);
    conditions(Among::all, nullptr);
    return out_.take();
  }

 private:
  void select_list(LevelStatement& result) {
    int columns = 0;
    for (const Output& output : level_.outputs) {
      if (columns++ > 0) out_.raw(", ");
      if ((level_.grouped || level_.distinct) && !has_aggregate(output.expr))
        out_.group_key(output.expr);
      else
        out_.expression(output.expr);
      result.outputs.push_back(output.expr.type);
      if (!has_aggregate(output.expr)) plain_.push_back(columns);
    }
    const schema::Model& model = schema_.models[level_.model];
    std::vector<int> hidden;  // fields, from column level_.outputs.size() on
    for (const Embed& embed : level_.embeds) {
      const ResolvedLink link = resolve_link(schema_, embed.link);
      EmbedStatement child;
      child.to_one = embed.to_one;
      for (const int field : link.near_fields) {
        // A key that is masked for one embed is a column of its own.
        int position = embed.near ? -1 : output_of(field);
        const auto at = embed.near ? hidden.end() : std::ranges::find(hidden, field);
        if (position < 0 && at != hidden.end())
          position = static_cast<int>(level_.outputs.size() + (at - hidden.begin()));
        if (position < 0) {
          position = columns;
          hidden.push_back(embed.near ? -1 : field);
          if (columns++ > 0) out_.raw(", ");
          if (embed.near) {
            out_.raw("CASE WHEN ");
            out_.expression(*embed.near);
            out_.raw(" THEN ");
          }
          out_.column(alias_, model.fields[field].db_name);
          if (embed.near) out_.raw(" END");
          plain_.push_back(columns);
        }
        child.keys.push_back(position);
      }
      LevelRenderer below(schema_, dialect_, embed.level);
      child.level = below.render(Among::all, &link, &embed);
      result.embeds.push_back(std::move(child));
    }
    if (columns == 0) out_.raw("1");
  }

  [[nodiscard]] int output_of(int field) const {
    for (size_t i = 0; i < level_.outputs.size(); ++i) {
      const Expr& expr = level_.outputs[i].expr;
      if (expr.op == Op::column && expr.depth == 0 && expr.field == field)
        return static_cast<int>(i);
    }
    return -1;
  }

  void tables(const ResolvedLink* link) {
    out_.raw(" FROM ");
    if (link == nullptr) {
      out_.identifier(schema_.models[level_.model].table());
      out_.raw(" AS " + alias_);
      return;
    }
    TRIVET_ASSERT(link->target == level_.model);
    junction_ = link->junction.empty() ? alias_ : out_.fresh_alias();
    out_.link_tables(*link, {alias_, junction_, {}});
  }

  void next_condition() { out_.raw(conditions_++ == 0 ? " WHERE " : " AND "); }

  void conditions(Among among, const ResolvedLink* link) {
    const std::string row_id =
        alias_ + "." + std::string(row_id_name(schema_.models[level_.model]));
    if (among == Among::row) {
      next_condition();
      out_.raw(row_id + " = ");
      out_.bind(BindKind::cell, 0, Type::int8);
    } else if (among == Among::rows) {
      next_condition();
      out_.raw(row_id + " IN ");
      out_.raw(dialect_.list_open);
      out_.bind(BindKind::rows, 0, Type::int8);
      out_.raw(dialect_.list_close);
    }
    for (size_t i = 0; link != nullptr && i < link->far_columns.size(); ++i) {
      next_condition();
      out_.column(junction_, link->far_columns[i]);
      out_.raw(" = ");
      out_.bind(BindKind::cell, static_cast<int>(i), Type::unknown);
    }
    if (level_.where && level_.where->op != Op::always_true) {
      next_condition();
      out_.expression(*level_.where);
    }
  }

  void junction_condition(const Embed& embed) {
    const schema::Relation& first = schema_.relations[embed.link.relation];
    next_condition();
    out_.push(first.model[1 - embed.link.side], junction_);
    out_.expression(*embed.through);
    out_.pop();
  }

  void group() {
    if (!level_.grouped) return;
    for (size_t i = 0; i < plain_.size(); ++i) {
      out_.raw(i == 0 ? " GROUP BY " : ", ");
      out_.raw(std::to_string(plain_[i]));
    }
  }

  void order_and_page() {
    for (size_t i = 0; i < level_.order.size(); ++i) {
      out_.raw(i == 0 ? " ORDER BY " : ", ");
      out_.order_term(level_.order[i]);
    }
    if (level_.limit_param >= 0) {
      out_.raw(" LIMIT ");
      out_.bind(BindKind::limit, level_.limit_param, Type::int8);
    } else if (level_.offset_param >= 0) {
      out_.raw(" LIMIT ");
      out_.raw(dialect_.no_limit);
    }
    if (level_.offset_param >= 0) {
      out_.raw(" OFFSET ");
      out_.bind(BindKind::param, level_.offset_param, Type::int8);
    }
  }

  const schema::Schema& schema_;
  const Dialect& dialect_;
  const Level& level_;
  Renderer out_;
  std::string alias_;
  std::string junction_;
  std::vector<int> plain_;  // 1-based positions of columns that are not aggregates
  int conditions_ = 0;
};

}  // namespace

LevelStatement render_level(const schema::Schema& schema, const Dialect& dialect,
                            const Level& level, Among among) {
  return LevelRenderer(schema, dialect, level).render(among, nullptr);
}

Statement render_count(const schema::Schema& schema, const Dialect& dialect, const Level& level) {
  return LevelRenderer(schema, dialect, level).render_count();
}

}  // namespace trivet::store::sql
