#include "app/rules/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "engine/explain/rule_words.h"
#include "value/json_writer.h"

namespace trivet::app {
namespace {

using engine::Extent;
using engine::FieldReaches;
using engine::ModelReaches;
using engine::Reach;
using engine::Reaches;
using schema::Operation;

constexpr std::array<std::string_view, 5> operation_names = {"create", "read", "update", "delete",
                                                             "post-update"};
// In the order that people ask.
constexpr std::array order = {Operation::read, Operation::create, Operation::update,
                              Operation::delete_, Operation::post_update};

const Reaches& of(const ModelReaches& model, Operation operation) {
  return model.operations[static_cast<size_t>(operation)];
}

std::string said(const Reach& reach, std::string_view all) {
  if (reach.extent == Extent::nothing) return "no";
  if (reach.extent == Extent::all) return std::string(all);
  return "where " + reach.words;
}

// One line if everyone may the same, else one for each kind of caller.
void add_lines(std::string& out, std::string_view title, const Reaches& reaches,
               std::string_view all) {
  if (reaches.anonymous == reaches.signed_in) {
    out += fmt::format("  {:<13}{:<11}{}\n", title, "everyone", said(reaches.signed_in, all));
    return;
  }
  out += fmt::format("  {:<13}{:<11}{}\n", title, "anonymous", said(reaches.anonymous, all));
  out += fmt::format("  {:<13}{:<11}{}\n", "", "signed in", said(reaches.signed_in, all));
}

bool is_open(const Reach& reach) { return reach.extent != Extent::nothing; }

bool is_closed(const ModelReaches& model) {
  return std::ranges::none_of(
      std::array{Operation::read, Operation::create, Operation::update, Operation::delete_},
      [&](Operation operation) {
        return is_open(of(model, operation).anonymous) || is_open(of(model, operation).signed_in);
      });
}

bool says_nothing(const Reaches& reaches) {
  return reaches.anonymous.extent == Extent::all && reaches.signed_in.extent == Extent::all;
}

class Reporter {
 public:
  explicit Reporter(const std::shared_ptr<const schema::Schema>& schema)
      : schema_(*schema), policy_(engine::compile_policy(schema).policy),
        models_(engine::describe_rules(*policy_)) {}

  std::string text() const {
    std::string out;
    std::string closed;
    for (const ModelReaches& model : models_) {
      if (is_closed(model))
        closed += (closed.empty() ? "" : ", ") + schema_.models[model.model].name;
      else
        add_model(out, model);
    }
    if (!closed.empty())
      out += fmt::format("Closed to all but the service key: {}\n\n", closed);
    out += "The service key passes every rule.\n\nWithout signing in one reaches\n";
    const size_t before = out.size();
    for (const ModelReaches& model : models_) add_anonymous(out, model);
    if (out.size() == before) out += "  nothing\n";
    return out;
  }

  std::string json() const {
    std::string out = "{\"models\":[";
    for (const ModelReaches& model : models_) {
      if (model.model > 0) out += ",\n ";
      out += "{\"name\":" + quoted(schema_.models[model.model].name);
      for (Operation operation : order)
        out += fmt::format(",\"{}\":{}", operation_names[static_cast<size_t>(operation)],
                           json(of(model, operation)));
      out += ",\"fields\":{";
      std::string fields;
      for (int column : schema_.models[model.model].columns) {
        const FieldReaches field = field_of(model, column);
        fields += fmt::format("{}{}:{{\"read\":{},\"update\":{}}}", fields.empty() ? "" : ",",
                              quoted(schema_.models[model.model].fields[column].name),
                              json(field.read), json(field.update));
      }
      out += fields + "}}";
    }
    return out + "]}\n";
  }

 private:
  static std::string quoted(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
  }

  // true, false, or the condition.
  static std::string json(const Reach& reach) {
    if (reach.extent == Extent::some) return quoted(reach.words);
    return reach.extent == Extent::all ? "true" : "false";
  }
  static std::string json(const Reaches& reaches) {
    return fmt::format("{{\"anonymous\":{},\"signed_in\":{}}}", json(reaches.anonymous),
                       json(reaches.signed_in));
  }

  static FieldReaches field_of(const ModelReaches& model, int field) {
    for (const FieldReaches& one : model.fields)
      if (one.field == field) return one;
    const Reach all{Extent::all, {}};
    return {field, {all, all}, {all, all}};
  }

  void add_model(std::string& out, const ModelReaches& model) const {
    const schema::Model& made = schema_.models[model.model];
    out += made.name + "\n";
    for (Operation operation : order) {
      if (operation == Operation::post_update && says_nothing(of(model, operation))) continue;
      add_lines(out, operation_names[static_cast<size_t>(operation)], of(model, operation),
                operation == Operation::read ? "every row" : "any row");
    }
    for (const FieldReaches& field : model.fields) {
      const std::string& name = made.fields[field.field].name;
      if (!says_nothing(field.read)) add_lines(out, "." + name, field.read, "shown");
      if (!says_nothing(field.update)) add_lines(out, "." + name + " =", field.update, "may be set");
    }
    out += "\n";
  }

  void add_anonymous(std::string& out, const ModelReaches& model) const {
    const schema::Model& made = schema_.models[model.model];
    const Reach& read = of(model, Operation::read).anonymous;
    std::string writes;
    for (Operation operation : {Operation::create, Operation::update, Operation::delete_}) {
      const Reach& reach = of(model, operation).anonymous;
      // What is changed must be read, too.
      if (!is_open(reach) || (operation != Operation::create && !is_open(read))) continue;
      writes += fmt::format("    may {} {}\n", operation_names[static_cast<size_t>(operation)],
                            said(reach, "any row"));
    }
    if (!is_open(read) && writes.empty()) return;
    out += fmt::format("  {}: {}\n", made.name,
                       is_open(read) ? said(read, "every row") : "reads nothing") +
           writes;
    if (!is_open(read)) return;
    for (const schema::Field& field : made.fields) {
      const int index = static_cast<int>(&field - made.fields.data());
      out += fmt::format("    {:<20} {}\n", field.name, shown(model, field, index));
    }
  }

  std::string shown(const ModelReaches& model, const schema::Field& field, int index) const {
    if (field.ignored) return "not in the API";
    if (field.kind == schema::FieldKind::relation) {
      const int target = schema_.relations[field.relation].model[1 - field.side];
      const Reach& read = of(models_[target], Operation::read).anonymous;
      return is_open(read) ? "-> " + schema_.models[target].name : "hidden";
    }
    const Reach reach = field_of(model, index).read.anonymous;
    if (reach.extent == Extent::nothing) return "hidden";
    return reach.extent == Extent::all ? "shown" : "shown where " + reach.words;
  }

  const schema::Schema& schema_;
  std::shared_ptr<const engine::Policy> policy_;
  std::vector<ModelReaches> models_;
};

}  // namespace

std::string rules_as_text(const std::shared_ptr<const schema::Schema>& schema) {
  return Reporter(schema).text();
}

std::string rules_as_json(const std::shared_ptr<const schema::Schema>& schema) {
  return Reporter(schema).json();
}

}  // namespace trivet::app
