#include "api/rest/options.h"

#include <fmt/format.h>

namespace trivet::api::rest {

result<http::Response> answer_options(const Catalog& catalog, const ApiRequest& request,
                                      const store::WritableViews* views) {
  std::string allow = "OPTIONS,GET,HEAD";
  if (request.path.target == Target::relation) {
    const int index = catalog.find_table(request.path.name);
    if (index < 0)
      return fail(ErrorCode::unknown_table,
                  fmt::format("Could not find the table '{}.{}' in the schema cache", catalog.profile(),
                              request.path.name));
    const schema::Model& model = catalog.model(index);
    if (model.is_view && views != nullptr) {
      const store::ViewWrites takes = views->find(model.table());
      if (takes.insert) allow += ",POST";
      if (takes.update) allow += ",PATCH";
      if (takes.delete_) allow += ",DELETE";
    }
    if (!model.is_view)
      allow += model.primary_key ? ",POST,PUT,PATCH,DELETE" : ",POST,PATCH,DELETE";
  }
  http::Response response;
  response.set("Allow", allow);
  response.set("Access-Control-Allow-Origin", "*");
  return response;
}

}  // namespace trivet::api::rest
