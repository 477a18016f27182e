// /_/mail: the mails that `trivet dev` keeps instead of sending them, for people and, with
// `Accept: application/json`, for tests. Only for browsers and programs on this machine: it answers
// to loopback names alone and to no page of another origin.
#pragma once

#include "auth/mail/mailbox.h"
#include "http/handler.h"

namespace trivet::api::accounts {

class MailPage final : public http::Handler {
 public:
  // `mailbox` outlives it.
  explicit MailPage(const trivet::auth::Mailbox& mailbox) : mailbox_(mailbox) {}
  task<http::Response> handle(const http::Request& request) override;

 private:
  const trivet::auth::Mailbox& mailbox_;
};

}  // namespace trivet::api::accounts
