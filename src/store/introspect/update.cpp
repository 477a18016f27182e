#include "store/introspect/update.h"

#include <algorithm>

#include "store/introspect/warnings.h"
#include "store/sql/ddl.h"

namespace trivet::store::introspect {

namespace {

using schema::tree::Declaration;
using Kind = ModelChange::Kind;

void remove_models(const Update& update) {
  const std::vector<int>& kept = update.draft.matches.models;
  for (size_t i = 0; i < update.schema.models.size(); ++i) {
    const schema::Model& model = update.schema.models[i];
    if (std::ranges::find(kept, static_cast<int>(i)) != kept.end()) continue;
    if (const Declaration* declaration = update.edits.find(model.where))
      update.edits.remove_declaration(*declaration);
    update.changes.push_back({Kind::removed, model.name, {}});
    if (!model.rules.empty())
      update.warnings.push_back("model " + model.name + " went with its rules: there is no \"" +
                                model.db_name + "\" in the database");
  }
}

void add_models(const Update& update) {
  const Draft& draft = update.draft;
  for (size_t i = 0; i < draft.live.tables.size(); ++i) {
    const int table = static_cast<int>(i);
    if (draft.matches.model(table) != nullptr || is_join(draft, table)) continue;
    update.edits.append(model_text(draft, table));
    update.changes.push_back({Kind::added, draft.names.models[i], {}});
  }
}

std::string render(const schema::CheckResult& check) {
  std::string text;
  for (const schema::Diagnostic& diagnostic : check.diagnostics)
    if (diagnostic.kind != schema::DiagnosticKind::warning)
      text += schema::render_diagnostic(check.files, diagnostic);
  return text;
}

}  // namespace

ModelChange& Update::change_of(const std::string& model) const {
  for (ModelChange& change : changes)
    if (change.kind == Kind::changed && change.name == model) return change;
  return changes.emplace_back(ModelChange{Kind::changed, model, {}});
}

result<Pulled> update_schema(const LiveDatabase& live, const schema::CheckResult& previous) {
  const schema::Schema& schema = *previous.schema;
  if (schema.datasource.provider != live.provider)
    return fail(
        ErrorCode::bad_schema,
        "the present schema is for another kind of database: pull into another folder, or write "
        "it anew with --force\n");
  const Draft draft = make_draft(live, &schema);
  Pulled pulled;
  Edits edits(previous.files);
  const DatabaseDescription described = live.provider == schema::Provider::sqlite
                                            ? sql::describe_schema(schema)
                                            : DatabaseDescription();
  const Update update{schema, draft, edits, described, pulled.changes, pulled.warnings};
  pulled.warnings = warnings_of(draft);
  remove_models(update);
  for (size_t i = 0; i < live.tables.size(); ++i) {
    if (draft.matches.model(static_cast<int>(i)) == nullptr) continue;
    update_columns(update, static_cast<int>(i));
    update_keys(update, static_cast<int>(i));
  }
  update_relations(update);
  update_enums(update);
  add_models(update);
  pulled.files = edits.apply();
  if (pulled.changes.empty()) return pulled;
  const schema::CheckResult check = schema::check_schema(pulled.files);
  if (check.ok()) return pulled;
  return fail(
      ErrorCode::bad_schema,
      "nothing was written: with the database's changes the schema would have errors. Change "
      "these lines first, then pull again (--force writes the schema anew)\n" +
          render(check));
}

}  // namespace trivet::store::introspect
