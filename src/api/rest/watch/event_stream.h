// The body of a watched table: waits for changes and writes an event for each that the caller may see.
//
// Server-sent events (HTML Living Standard, 9.2). Of one connection, on its loop.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "api/rest/watch/owned_request.h"
#include "engine/changes/feed.h"
#include "http/handler.h"

namespace trivet::api::rest {

// Reads as the caller of a request.
class RowReader {
 public:
  virtual ~RowReader() = default;
  // The answer to a GET; `request` outlives the task.
  virtual task<http::Response> read(const http::Request& request) = 0;
  // Whether the GET would have found the row that was deleted.
  [[nodiscard]] virtual bool found(const http::Request& request, const store::Change& deleted) = 0;
};

class EventStream final : public http::BodySource {
 public:
  // `reader` outlives the stream.
  EventStream(RowReader& reader, OwnedRequest request, std::unique_ptr<engine::Watch> watch)
      : reader_(reader), request_(std::move(request)), watch_(std::move(watch)) {}

  task<bool> next(std::string& out) override;
  [[nodiscard]] http::Pace pace() const override { return http::Pace::live; }

 private:
  task<void> tell(const store::Change& change, std::string& out);

  RowReader& reader_;
  const OwnedRequest request_;
  const std::unique_ptr<engine::Watch> watch_;
  std::deque<std::shared_ptr<const store::Change>> waiting_;
  bool has_begun_ = false;
  bool has_ended_ = false;
};

}  // namespace trivet::api::rest
