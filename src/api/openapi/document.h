// The OpenAPI 3.1 description of a schema as the REST front end serves it (OpenAPI Specification 3.1.0).
//
// Only what the caller may reach is described: a model without any operation allowed is absent, and so are fields that
// may not be read, and functions that may not be called. Pure and deterministic: equal input gives equal bytes.
#pragma once

#include <string>
#include <vector>

#include "schema/schema.h"
#include "store/procedure.h"

namespace trivet::api::openapi {

// Of the database; they outlive the call.
using Procedures = std::vector<const store::Procedure*>;

// What a caller may do; answered by the rules.
class Access {
 public:
  virtual ~Access() = default;
  // Whether some row could be reached by the operation.
  [[nodiscard]] virtual bool may(int model, schema::Operation operation) const = 0;
  [[nodiscard]] virtual bool may_read(int model, int field) const = 0;
  // Functions that may be called, each overload.
  [[nodiscard]] virtual Procedures procedures() const { return {}; }
};

// The service key's view: everything.
class FullAccess final : public Access {
 public:
  [[nodiscard]] bool may(int, schema::Operation) const override { return true; }
  [[nodiscard]] bool may_read(int, int) const override { return true; }
};

struct DocumentOptions {
  std::string title = "Trivet project";
  std::string version = "0.1.0";
  std::string rest_prefix = "/rest/v1";
  std::vector<std::string> schemas = {"public"};  // of the database, that are served: a document describes one, else the first
};

// JSON text.
[[nodiscard]] std::string make_document(const schema::Schema& schema, const Access& access,
                                        const DocumentOptions& options);

}  // namespace trivet::api::openapi
