// OPTIONS on the root and on relations (dialects/rest.md, section 10). Preflights never come here.
#pragma once

#include "api/rest/request/request.h"
#include "api/rest/resolve/catalog.h"
#include "store/writable_views.h"

namespace trivet::api::rest {

// By what the relation supports, not by rights. PGRST205. `views` may be null.
[[nodiscard]] result<http::Response> answer_options(const Catalog& catalog,
                                                    const ApiRequest& request,
                                                    const store::WritableViews* views);

}  // namespace trivet::api::rest
