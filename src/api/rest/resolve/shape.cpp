#include "api/rest/resolve/shape.h"

#include "value/json_writer.h"

namespace trivet::api::rest {
namespace {

class Writer {
 public:
  std::string out;

  void number(int64_t value) {
    append_int64(out, value);
    out += ' ';
  }
  void text(std::string_view value) {
    number(static_cast<int64_t>(value.size()));
    out += value;
  }
  void fields(const std::vector<int>& values) {
    number(static_cast<int64_t>(values.size()));
    for (const int value : values) number(value);
  }
  void link(const store::Link& link) {
    number(link.relation);
    number(link.side);
    number(link.second);
    number(link.second_side);
    number(link.every);
    text(link.function);
  }

  void expr(const store::Expr& e) {
    out += '(';
    number(static_cast<int>(e.op));
    number(static_cast<int>(e.type));
    number(e.is_list);
    number(e.enum_index);
    number(e.depth);
    number(e.field);
    number(e.param);
    if (e.is_index) {
      out += '#';
      number(e.index);
    }
    text(e.key);
    text(e.text);
    if (e.op == store::Op::exists || e.op == store::Op::related) link(e.link);
    for (const store::Expr& arg : e.args) expr(arg);
    out += ')';
  }

  void level(const store::Level& l) {
    out += '{';
    number(l.model);
    number(l.grouped);
    number(l.distinct);
    number(l.rows_param);
    number(l.limit_param);
    number(l.offset_param);
    for (const store::Output& output : l.outputs) expr(output.expr);
    out += '?';
    if (l.where) expr(*l.where);
    out += '^';
    for (const store::OrderTerm& term : l.order) {
      number(term.descending);
      number(term.nulls_first);
      expr(term.expr);
    }
    for (const store::Embed& embed : l.embeds) {
      number(embed.to_one);
      link(embed.link);
      level(embed.level);
    }
    out += '}';
  }

  void write(const engine::WriteSpec& spec) {
    fields(spec.fields);
    fields(spec.conflict_fields);
    number(spec.block);
    number(spec.default_missing);
    number(spec.ignore_duplicates);
    number(spec.put);
    number(static_cast<int64_t>(spec.rows_max));
    number(spec.singular);
    number(spec.rollback);
  }
};

}  // namespace

std::string operation_shape(const engine::Operation& operation) {
  // Nested writes hold their values in the tree: no other operation has their shape.
  if (!operation.write.nested.empty()) return {};
  Writer writer;
  writer.number(static_cast<int>(operation.kind));
  writer.number(operation.returns_rows);
  writer.number(static_cast<int>(operation.count));
  writer.level(operation.selection);
  if (operation.shown) writer.expr(*operation.shown);
  if (operation.kind != engine::OperationKind::read) writer.write(operation.write);
  return std::move(writer.out);
}

}  // namespace trivet::api::rest
