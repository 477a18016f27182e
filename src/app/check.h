// Whether a valid schema can be served: its rules by our engine, its parts by our store. Adds what
// is missing to the diagnostics of the check, and takes the schema away if that is an error. Pure.
#pragma once

#include "schema/schema.h"

namespace trivet::app {

void check_servable(schema::CheckResult& check);

}  // namespace trivet::app
