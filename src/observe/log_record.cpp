#include "observe/log_record.h"

namespace trivet::observe {
namespace {

Level level_of(int status) {
  if (status >= 500) return Level::error;
  return Level::info;
}

}  // namespace

LogRecord make_record(const RequestEvent& event, timespec time) {
  LogRecord record;
  record.time = time;
  record.level = level_of(event.status);
  RequestRecord& request = record.request;
  request.route = event.route;
  request.method = ShortText<7>(event.method);
  request.path = ShortText<120>(event.path);
  request.request_id = ShortText<64>(event.request_id);
  request.peer_address = ShortText<46>(event.peer_address);
  request.status = event.status;
  request.bytes_in = event.bytes_in;
  request.bytes_out = event.bytes_out;
  request.duration_ns = event.duration_ns;
  request.stages = event.stages;
  return record;
}

LogRecord make_record(const LifecycleEvent& event, timespec time) {
  LogRecord record;
  record.time = time;
  record.level = event.level;
  record.name = event.name;
  record.message = event.message;
  return record;
}

}  // namespace trivet::observe
