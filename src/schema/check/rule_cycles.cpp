#include <map>
#include <utility>

#include "schema/check/policy.h"

namespace trivet::schema {
namespace {

// What check(relation, operation) in the rules of one model and operation leads to.
using Node = std::pair<int, Operation>;

class Graph {
 public:
  explicit Graph(Context& context) : c_(context) {}

  void run() {
    for (size_t m = 0; m < c_.schema.models.size(); ++m) {
      for (const auto& rule : c_.schema.models[m].rules) {
        for (const auto operation : {Operation::create, Operation::read, Operation::update, Operation::delete_, Operation::post_update}) {
          if ((rule.operations >> static_cast<unsigned>(operation)) & 1U) collect(rule.condition, {static_cast<int>(m), operation});
        }
      }
    }
    for (const auto& [node, edges] : edges_) visit(node);
  }

 private:
  struct Edge {
    Node to;
    SourceRange where;
  };

  void collect(const Expr& e, Node from) {
    if (e.kind == ExprKind::call && e.text == "check") add(e, from);
    for (const auto& operand : e.operands) collect(operand, from);
  }

  void add(const Expr& e, Node from) {
    const auto& relation = e.operands[0];
    const auto& shape = c_.models[static_cast<size_t>(relation.model)];
    const int target = shape.fields[static_cast<size_t>(relation.field)].target;
    auto operation = from.second == Operation::post_update ? Operation::update : from.second;
    if (e.operands.size() > 1) {
      const auto& text = e.operands[1].text;
      operation = text == "create" ? Operation::create : text == "read" ? Operation::read
                  : text == "update" ? Operation::update : Operation::delete_;
    }
    edges_[from].push_back({{target, operation}, e.where});
  }

  void visit(Node node) {
    auto& state = states_[node];
    if (state != 0) return;
    state = 1;
    if (const auto found = edges_.find(node); found != edges_.end()) {
      for (const auto& edge : found->second) {
        if (states_[edge.to] == 1) c_.error(DiagnosticKind::cycle, edge.where, "this check() leads back to its own rule");
        else visit(edge.to);
      }
    }
    states_[node] = 2;
  }

  Context& c_;
  std::map<Node, std::vector<Edge>> edges_;
  std::map<Node, int> states_;
};

}  // namespace

void check_rule_cycles(Context& c) { Graph(c).run(); }

}  // namespace trivet::schema
