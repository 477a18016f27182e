// PostgreSQL as the product uses it.
#pragma once

#include <memory>
#include <string>

#include "app/drivers/driver.h"

namespace trivet::app {

[[nodiscard]] result<std::unique_ptr<Driver>> make_postgres_driver(const Config& config, const schema::Schema& schema,
                                                                   const std::string& url);

}  // namespace trivet::app
