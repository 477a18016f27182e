#include "schema/format.h"
#include "store/introspect/draft.h"
#include "store/introspect/pull.h"
#include "store/introspect/warnings.h"

namespace trivet::store::introspect {

Pulled write_schema(const LiveDatabase& live, const std::string& head, const std::string& path) {
  const Draft draft = make_draft(live, nullptr);
  Pulled pulled;
  std::string text = head;
  for (size_t i = 0; i < live.tables.size(); ++i) {
    const int table = static_cast<int>(i);
    if (is_join(draft, table)) continue;
    text += "\n" + model_text(draft, table);
    pulled.changes.push_back({ModelChange::Kind::added, draft.names.models[i], {}});
  }
  for (size_t i = 0; i < live.enums.size(); ++i) {
    text += "\n" + enum_text(draft, static_cast<int>(i));
    pulled.changes.push_back({ModelChange::Kind::added, draft.names.enums[i], {}});
  }
  schema::FormatResult formatted = schema::format_schema({path, text});
  pulled.files.push_back({path, formatted.text.empty() ? text : formatted.text});
  pulled.warnings = warnings_of(draft);
  return pulled;
}

}  // namespace trivet::store::introspect
