#include "schema/format.h"

namespace trivet::schema {

FormatResult format_schema(const SourceFile& file) { return {file.text, {}}; }

}  // namespace trivet::schema
