#include "app/transfer/row_fault.h"

namespace trivet::app {

bool is_row_fault(ErrorCode code) {
  switch (code) {
    case ErrorCode::connection_failed:
    case ErrorCode::store_client_error:
    case ErrorCode::pool_timeout:
    case ErrorCode::store_lost:
    case ErrorCode::read_only:
    case ErrorCode::disk_full:
    case ErrorCode::out_of_memory:
    case ErrorCode::lock_not_available:
    case ErrorCode::query_canceled:
    case ErrorCode::io_error:
    case ErrorCode::internal:
    case ErrorCode::data_corrupted:
    case ErrorCode::missing_capability:
      return false;
    default:
      return true;
  }
}

}  // namespace trivet::app
