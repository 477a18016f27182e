#include "observe/log_record.h"

namespace trivet::observe {
namespace {

Level level_of(int status) {
  if (status >= 500) return Level::error;
  return Level::info;
}

}  // namespace

void fill_record(const RequestEvent& event, timespec time, LogRecord& record) {
  record.time = time;
  record.level = level_of(event.status);
  RequestRecord& request = record.request;
  request.route = event.route;
  request.method.assign(event.method);
  request.path.assign(event.path);
  request.request_id.assign(event.request_id);
  request.client_address.assign(event.client_address);
  request.status = event.status;
  request.bytes_in = event.bytes_in;
  request.bytes_out = event.bytes_out;
  request.duration_ns = event.duration_ns;
  request.stages = event.stages;
  record.message = event.problem;
}

void fill_record(const LifecycleEvent& event, timespec time, LogRecord& record) {
  record.time = time;
  record.level = event.level;
  record.name = event.name;
  record.message = event.message;
}

}  // namespace trivet::observe
