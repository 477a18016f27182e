// SQLite as the product uses it.
#pragma once

#include <memory>

#include "app/drivers/driver.h"

namespace trivet::app {

[[nodiscard]] result<std::unique_ptr<Driver>> make_sqlite_driver(const Config& config,
                                                                 const schema::Schema& schema,
                                                                 const Environment& environment);

}  // namespace trivet::app
