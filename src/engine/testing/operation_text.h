// For tests: operations written as JSON, and answers printed as JSON.
//
//   {"read":"Post","select":["id",{"embed":"author","select":["name"]},{"sum":"views"}],
//    "where":["and",["eq","published",true],["exists","comments",["eq","text","x"]]],
//    "order":["-views","id"],"limit":2,"offset":1,"count":true}
//   {"embed":"roles","through":"actor",…}: over a junction model
//   {"create":"Post","rows":[{"title":"a","author":{"connect":{"id":1}},
//    "comments":[{"create":{"text":"c"}}]}],"select":["id"]}
//   {"update":"Post","set":{"title":"b"},"where":…}   {"delete":"Post","where":…}
//   {"upsert":"Post","rows":[…],"conflict":["id"],"ignore":true}
#pragma once

#include <memory>
#include <string>

#include "engine/operation.h"
#include "value/arena.h"
#include "value/json_reader.h"

namespace trivet::engine::testing {

struct TestOperation {
  Operation operation;
  store::Params params;
  std::vector<std::unique_ptr<std::vector<Value>>> cells;  // of the blocks
  std::unique_ptr<Arena> arena = std::make_unique<Arena>();
};

// Errors of names and values, as a front end would give them.
[[nodiscard]] result<TestOperation> parse_operation(const schema::Schema& schema, JsonValue text);

// [[1,"a",["Ann"],[[7],[8]]], …]: rows as arrays, a to-one embed as one row or null.
[[nodiscard]] std::string print_rows(const store::Level& level, const Batch& batch);

}  // namespace trivet::engine::testing
