#include "store/mysql/read/select.h"

#include <algorithm>

#include "base/error.h"
#include "store/sql/dialect.h"
#include "store/sql/link.h"
#include "store/sql/renderer.h"
#include "store/store.h"

namespace trivet::store::mysql {

using schema::Model;
using sql::BindKind;
using sql::ResolvedLink;

namespace {

bool is_number_or_moment(Type type) {
  switch (type) {
    case Type::boolean:
    case Type::int2:
    case Type::int4:
    case Type::int8:
    case Type::float4:
    case Type::float8:
    case Type::numeric:
    case Type::timestamp:
    case Type::timestamptz:
    case Type::date:
    case Type::time:
    case Type::timetz:
      return true;
    default:
      return false;
  }
}

bool has_plain_output(const Level& level) {
  return std::ranges::any_of(level.outputs,
                             [](const Output& output) { return !has_aggregate(output.expr); });
}

class SelectRenderer {
 public:
  explicit SelectRenderer(const schema::Schema& schema)
      : schema_(schema), out_(schema, sql::mysql_dialect()) {}

  Select root(const Level& level, const SelectExtras& extras) {
    Select made;
    const std::string alias = out_.push(level.model);
    const Model& model = schema_.models[level.model];
    out_.raw(level.distinct ? "SELECT DISTINCT " : "SELECT ");
    int columns = 0;
    const auto next = [&](Type type) {
      if (columns++ > 0) out_.raw(", ");
      made.columns.push_back(type);
    };
    const auto name = [&] { out_.raw(" AS c" + std::to_string(columns - 1)); };
    std::vector<int> plain;
    for (const Output& output : level.outputs) {
      next(output.expr.type);
      value(output.expr);
      name();
      if (!has_aggregate(output.expr)) plain.push_back(columns);
    }
    for (const int key : extras.keys) {
      next(field_type(model.fields[key]));
      out_.column(alias, model.fields[key].db_name);
    }
    for (const Embed& embed : level.embeds) {
      next(Type::bytea);
      embedded(embed, alias, level.model);
      name();
    }
    if (columns == 0) {
      next(Type::int4);
      out_.raw("1");
    }
    out_.raw(" FROM ");
    out_.identifier(model.db_name);
    out_.raw(" AS " + alias);
    Conditions where(out_);
    if (extras.among_rows) among_rows(where, model, alias);
    condition(where, level.where);
    group(level, alias, plain);
    order_terms(level);
    page(level);
    made.statement = out_.take();
    return made;
  }

 private:
  // WHERE before the first, AND before the others.
  class Conditions {
   public:
    explicit Conditions(sql::Renderer& out) : out_(out) {}
    void next() { out_.raw(count_++ == 0 ? " WHERE " : " AND "); }

   private:
    sql::Renderer& out_;
    int count_ = 0;
  };

  void condition(Conditions& where, const std::optional<Expr>& expr) {
    if (!expr || expr->op == Op::always_true) return;
    where.next();
    out_.expression(*expr);
  }

  void among_rows(Conditions& where, const Model& model, const std::string& alias) {
    where.next();
    const std::vector<int> keys = key_fields(model);
    for (size_t i = 0; i < keys.size(); ++i) {
      out_.raw(i == 0 ? "(" : ", ");
      out_.column(alias, model.fields[keys[i]].db_name);
    }
    out_.raw(") IN (");
    out_.raw(sql::item_open);
    for (size_t i = 0; i < keys.size(); ++i) {
      out_.raw(i == 0 ? "(" : ", ");
      out_.bind(BindKind::rows, static_cast<int>(i), field_type(model.fields[keys[i]]));
    }
    out_.raw(")");
    out_.raw(sql::item_close);
    out_.raw(")");
  }

  void group(const Level& level, const std::string& alias, const std::vector<int>& plain) {
    if (!level.grouped) return;
    int terms = 0;
    const auto next = [&] { out_.raw(terms++ == 0 ? " GROUP BY " : ", "); };
    for (const int position : plain) {
      next();
      out_.raw(std::to_string(position));
    }
    const Model& model = schema_.models[level.model];
    for (const Embed& embed : level.embeds)
      for (const int field : sql::resolve_link(schema_, embed.link).near_fields) {
        next();
        out_.column(alias, model.fields[field].db_name);
      }
  }

  void order_terms(const Level& level) {
    for (size_t i = 0; i < level.order.size(); ++i) {
      out_.raw(i == 0 ? " ORDER BY " : ", ");
      out_.order_term(level.order[i]);
    }
  }

  void page(const Level& level) {
    if (level.limit_param >= 0) {
      out_.raw(" LIMIT ");
      out_.bind(BindKind::limit, level.limit_param, Type::int8);
    } else if (level.offset_param >= 0) {
      out_.raw(" LIMIT ");
      out_.raw(out_.dialect().no_limit);
    }
    if (level.offset_param < 0) return;
    out_.raw(" OFFSET ");
    out_.bind(BindKind::param, level.offset_param, Type::int8);
  }

  // An average's digits are PostgreSQL's, so that the division is the reader's (values.h).
  void value(const Expr& expr) {
    if (expr.op != Op::avg || expr.type != Type::numeric) return out_.expression(expr);
    out_.raw("CONCAT(SUM(");
    out_.expression(expr.args[0]);
    out_.raw("), '/', COUNT(");
    out_.expression(expr.args[0]);
    out_.raw("))");
  }

  // The text of a cell (README.md).
  void cell(const Expr& expr) {
    if (is_number_or_moment(expr.type)) {
      out_.raw(expr.type == Type::float4 ? "COALESCE(0e0 + " : "COALESCE(");
      value(expr);
      return out_.raw(", '~')");
    }
    named_bytes([&] { out_.expression(expr); }, expr.type);
  }

  template <class Write>
  void named_bytes(Write&& write, Type type) {
    out_.raw(type == Type::bytea ? "COALESCE(HEX(" : "COALESCE(HEX(CONVERT(");
    write();
    out_.raw(type == Type::bytea ? "), '~')" : " USING utf8mb4)), '~')");
  }

  void row_text(const Level& level, const std::string& alias) {
    out_.raw("CONCAT('('");
    bool first = true;
    const auto next = [&] { out_.raw(std::exchange(first, false) ? ", " : ", ',', "); };
    for (const Output& output : level.outputs) {
      next();
      cell(output.expr);
    }
    for (const Embed& embed : level.embeds) {
      next();
      embedded(embed, alias, level.model);
    }
    out_.raw(", ')')");
  }

  void embedded(const Embed& embed, const std::string& parent, int parent_model) {
    const Level& level = embed.level;
    const bool grouped_rows = level.grouped && has_plain_output(level);
    if (embed.to_one || (level.grouped && !grouped_rows)) {
      // One row at most.
      if (!embed.to_one) out_.raw("CONCAT('[', ");
      out_.raw("COALESCE((SELECT ");
      const std::string alias = out_.push(level.model);
      row_text(level, alias);
      linked(embed, alias, parent, parent_model);
      if (level.grouped && grouped_rows) group_by_expressions(level);
      if (!level.grouped) order_terms(level);
      if (level.limit_param >= 0 || level.offset_param >= 0)
        page(level);
      else
        out_.raw(" LIMIT 1");
      out_.pop();
      return out_.raw(embed.to_one ? "), '~')" : "), ''), ']')");
    }
    out_.raw("CONCAT('[', COALESCE((SELECT GROUP_CONCAT(");
    if (grouped_rows) {
      made_rows(embed, parent, parent_model);
    } else {
      if (level.distinct) out_.raw("DISTINCT ");
      const std::string alias = out_.push(level.model);
      row_text(level, alias);
      order_terms(level);
      out_.raw(" SEPARATOR ''");
      page(level);
      out_.raw(")");
      linked(embed, alias, parent, parent_model);
      out_.pop();
    }
    out_.raw("), ''), ']')");
  }

  void group_by_expressions(const Level& level) {
    bool first = true;
    for (const Output& output : level.outputs) {
      if (has_aggregate(output.expr)) continue;
      out_.raw(std::exchange(first, false) ? " GROUP BY " : ", ");
      out_.expression(output.expr);
    }
  }

  // FROM the linked table, and which of its rows hang on the parent.
  void linked(const Embed& embed, const std::string& alias, const std::string& parent,
              int parent_model) {
    const ResolvedLink link = sql::resolve_link(schema_, embed.link);
    TRIVET_ASSERT(link.target == embed.level.model);
    const std::string junction = link.junction.empty() ? alias : out_.fresh_alias();
    out_.raw(" FROM ");
    out_.link_tables(link, {alias, junction, {}});
    Conditions where(out_);
    for (size_t i = 0; i < link.far_columns.size(); ++i) {
      where.next();
      out_.column(junction, link.far_columns[i]);
      out_.raw(" = ");
      out_.column(parent, schema_.models[parent_model].fields[link.near_fields[i]].db_name);
    }
    if (embed.near) on_row(where, parent_model, parent, *embed.near);
    if (embed.through)
      on_row(where, schema_.relations[embed.link.relation].model[1 - embed.link.side], junction,
             *embed.through);
    condition(where, embed.level.where);
  }

  // On a row other than the level's own.
  void on_row(Conditions& where, int model, const std::string& alias, const Expr& expr) {
    where.next();
    out_.push(model, alias);
    out_.expression(expr);
    out_.pop();
  }

  // Groups of linked rows. What a derived table may not name, the parent's row, is compared outside
  // of it.
  void made_rows(const Embed& embed, const std::string& parent, int parent_model) {
    const Level& level = embed.level;
    const ResolvedLink link = sql::resolve_link(schema_, embed.link);
    out_.raw("CONCAT('('");
    for (size_t i = 0; i < level.outputs.size(); ++i) {
      out_.raw(i == 0 ? ", " : ", ',', ");
      const Type type = level.outputs[i].expr.type;
      const std::string name = "d.c" + std::to_string(i);
      if (is_number_or_moment(type))
        out_.raw("COALESCE(" + name + ", '~')");
      else
        named_bytes([&] { out_.raw(name); }, type);
    }
    out_.raw(", ')')");
    for (size_t i = 0; i < level.order.size(); ++i) {
      const OrderTerm& term = level.order[i];
      const std::string name = "d.o" + std::to_string(i);
      out_.raw(i == 0 ? " ORDER BY " : ", ");
      out_.raw(name + (term.nulls_first ? " IS NOT NULL, " : " IS NULL, ") + name +
               (term.descending ? " DESC" : ""));
    }
    out_.raw(" SEPARATOR ''");
    page(level);
    out_.raw(") FROM (SELECT ");
    const std::string alias = out_.push(level.model);
    const std::string junction = link.junction.empty() ? alias : out_.fresh_alias();
    std::vector<size_t> groups;  // by position: a name could be a column of the table
    for (size_t i = 0; i < link.far_columns.size(); ++i) {
      const std::string name = "k" + std::to_string(i);
      out_.column(junction, link.far_columns[i]);
      out_.raw(" AS " + name + ", ");
      groups.push_back(i + 1);
    }
    for (size_t i = 0; i < level.outputs.size(); ++i) {
      if (i > 0) out_.raw(", ");
      value(level.outputs[i].expr);
      out_.raw(" AS c" + std::to_string(i));
      if (!has_aggregate(level.outputs[i].expr)) groups.push_back(link.far_columns.size() + i + 1);
    }
    for (size_t i = 0; i < level.order.size(); ++i) {
      out_.raw(", ");
      out_.order_key(level.order[i].expr);
      out_.raw(" AS o" + std::to_string(i));
    }
    out_.raw(" FROM ");
    out_.link_tables(link, {alias, junction, {}});
    Conditions inside(out_);
    if (embed.through)
      on_row(inside, schema_.relations[embed.link.relation].model[1 - embed.link.side], junction,
             *embed.through);
    condition(inside, level.where);
    for (const size_t position : groups)
      out_.raw((position == groups.front() ? " GROUP BY " : ", ") + std::to_string(position));
    out_.pop();
    out_.raw(") AS d");
    Conditions outside(out_);
    for (size_t i = 0; i < link.far_columns.size(); ++i) {
      outside.next();
      out_.raw("d.k" + std::to_string(i) + " = ");
      out_.column(parent, schema_.models[parent_model].fields[link.near_fields[i]].db_name);
    }
    if (embed.near) on_row(outside, parent_model, parent, *embed.near);
  }

  const schema::Schema& schema_;
  sql::Renderer out_;
};

}  // namespace

Select render_select(const schema::Schema& schema, const Level& level, const SelectExtras& extras) {
  return SelectRenderer(schema).root(level, extras);
}

Select render_count(const schema::Schema& schema, const Level& level) {
  Level counted = level;
  counted.order.clear();
  counted.embeds.clear();
  counted.limit_param = counted.offset_param = -1;
  // What is selected doesn't matter for the number of rows, but for made rows themselves.
  if (!counted.grouped && !counted.distinct) counted.outputs.clear();
  Select made = SelectRenderer(schema).root(counted, {});
  made.statement.text = "SELECT COUNT(*) FROM (" + made.statement.text + ") AS counted";
  made.columns = {Type::int8};
  return made;
}

std::vector<int> key_fields(const Model& model) {
  std::vector<int> fields;
  const auto take = [&](const schema::Key& key) {
    for (const schema::KeyColumn& column : key.columns) fields.push_back(column.field);
  };
  if (model.primary_key) {
    take(*model.primary_key);
    return fields;
  }
  for (const schema::Key& key : model.uniques) {
    const bool whole = key.where_sql.empty() &&
                       std::ranges::none_of(key.columns, [&](const schema::KeyColumn& column) {
                         return model.fields[column.field].optional;
                       });
    if (!whole) continue;
    take(key);
    return fields;
  }
  return fields;
}

}  // namespace trivet::store::mysql
