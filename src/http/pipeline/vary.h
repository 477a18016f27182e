// The Vary header, which several steps add to. Pure functions.
#pragma once

#include <string_view>

#include "http/message.h"

namespace trivet::http {

// Adds `name` to the list unless it or "*" is there.
void add_vary(std::string_view name, Response& response);

}  // namespace trivet::http
