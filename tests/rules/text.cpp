// Specs as schema text.
#include "world.h"

namespace trivet::rules {
namespace {

using What = Rule::What;

class Printer {
 public:
  explicit Printer(const Spec& spec) : spec_(spec) {}

  std::string schema() {
    std::string out = "datasource db { provider = \"sqlite\" }\n";
    for (size_t i = 0; i < spec_.models.size(); ++i) out += model(static_cast<int>(i));
    return out;
  }

 private:
  std::string model(int index) {
    const ModelSpec& made = spec_.models[index];
    std::string out = "model " + made.name + " {\n";
    for (size_t i = 0; i < made.fields.size(); ++i) out += field(index, static_cast<int>(i));
    for (const End& end : made.ends) out += relation(end);
    for (const RuleUse& use : made.rules) out += "  @@" + rule_use(index, use) + "\n";
    return out + "}\n";
  }

  std::string field(int model, int index) {
    const FieldSpec& made = spec_.models[model].fields[index];
    std::string out = "  " + made.name + " ";
    out += made.kind == Kind::number ? "Int" : made.kind == Kind::text ? "String" : "Boolean";
    if (made.optional) out += "?";
    if (index == 0) out += " @id";
    if (made.relation >= 0 && spec_.relations[made.relation].unique) out += " @unique";
    for (const RuleUse& use : made.rules) out += " @" + rule_use(model, use);
    return out + "\n";
  }

  std::string relation(const End& end) {
    const RelationSpec& made = spec_.relations[end.relation];
    std::string out = "  " + end.name + " " + spec_.models[end.target].name;
    if (end.list)
      out += "[]";
    else if (end.optional)
      out += "?";
    out += " @relation(\"R" + std::to_string(end.relation) + "\"";
    if (made.key >= 0 && end.side == 0)
      out += ", fields: [" + spec_.models[made.from].fields[made.key].name +
             "], references: [id], onDelete: " + (made.required ? "Cascade" : "SetNull");
    return out + ")\n";
  }

  std::string rule_use(int model, const RuleUse& use) {
    std::string operations;
    for (Operation operation : use.operations)
      operations += (operations.empty() ? "" : ",") +
                    std::string(operation_names[static_cast<size_t>(operation)]);
    scopes_ = {model};
    return std::string(use.allow ? "allow" : "deny") + "('" + operations + "', " +
           rule(use.condition) + ")";
  }

  std::string path(const Path& path) {
    std::string out;
    if (path.scope == of_auth) out = "auth()";
    int model = path.scope == of_auth ? 0 : scopes_[path.scope];
    const bool current = path.scope + 1 == static_cast<int>(scopes_.size());
    if (!current && path.scope != of_auth) out = path.scope == 0 ? "this" : "b" + std::to_string(path.scope);
    for (int end : path.ends) {
      out += (out.empty() ? "" : ".") + spec_.models[model].ends[end].name;
      model = spec_.models[model].ends[end].target;
    }
    if (path.field >= 0) out += (out.empty() ? "" : ".") + spec_.models[model].fields[path.field].name;
    return out.empty() ? "this" : out;
  }

  std::string operand(const Operand& operand) {
    const auto name = [&](int model, int field) { return spec_.models[model].fields[field].name; };
    if (operand.from == Operand::From::literal) return json_of(operand.literal);
    if (operand.from == Operand::From::auth) return "auth()." + name(0, operand.field);
    if (operand.from == Operand::From::before)
      return "before()." + name(scopes_[0], operand.path.field);
    return path(operand.path);
  }

  std::string collection(const Rule& made) {
    int model = made.left.path.scope == of_auth ? 0 : scopes_[made.left.path.scope];
    for (int end : made.left.path.ends) model = spec_.models[model].ends[end].target;
    std::string out = path(made.left.path);
    out += made.what == What::some ? "?[" : made.what == What::every ? "![" : "^[";
    out += "b" + std::to_string(made.binding) + ", ";
    scopes_.push_back(model);
    out += rule(made.args[0]);
    scopes_.pop_back();
    return out + "]";
  }

  std::string rule(const Rule& made) {
    const std::string is = made.truth ? " == " : " != ";
    switch (made.what) {
      case What::literal:
        return made.truth ? "true" : "false";
      case What::and_:
      case What::or_: {
        std::string out = "(";
        for (size_t i = 0; i < made.args.size(); ++i)
          out += (i == 0 ? "" : made.what == What::and_ ? " && " : " || ") + rule(made.args[i]);
        return out + ")";
      }
      case What::not_:
        return "!(" + rule(made.args[0]) + ")";
      case What::compare:
        return operand(made.left) + " " + made.op + " " + operand(made.right);
      case What::null_test:
        return operand(made.left) + is + "null";
      case What::relation_null:
        return path(made.left.path) + is + "null";
      case What::relation_auth:
        return path(made.left.path) + is + "auth()";
      case What::auth_null:
        return "auth()" + is + "null";
      case What::flag:
        return operand(made.left);
      case What::in: {
        std::string out;
        for (const Cell& cell : made.list) out += (out.empty() ? "" : ", ") + json_of(cell);
        return "(" + operand(made.left) + " in [" + out + "])";
      }
      case What::text:
        return made.op + "(" + operand(made.left) + ", " + operand(made.right) +
               (made.truth ? ", true)" : ")");
      case What::check:
        return "check(" + path(made.left.path) +
               (made.operation ? ", '" +
                                     std::string(operation_names[static_cast<size_t>(
                                         *made.operation)]) +
                                     "')"
                               : ")");
      case What::operation:
        return "currentOperation() == \"" +
               std::string(operation_names[static_cast<size_t>(*made.operation)]) + "\"";
      default:
        return collection(made);
    }
  }

  const Spec& spec_;
  std::vector<int> scopes_;
};

}  // namespace

std::string json_of(const Cell& cell) {
  if (const auto* flag = std::get_if<bool>(&cell)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<int64_t>(&cell)) return std::to_string(*number);
  if (const auto* text = std::get_if<std::string>(&cell)) return "\"" + *text + "\"";
  return "null";
}

std::string schema_text(const Spec& spec) { return Printer(spec).schema(); }

}  // namespace trivet::rules
