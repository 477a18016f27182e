#include "auth/accounts/mailbox.h"

namespace trivet::auth {
namespace {

constexpr size_t mails_max = 100;

}  // namespace

void Mailbox::send(Mail mail) {
  const std::lock_guard lock(mutex_);
  mails_.push_front(std::move(mail));
  if (mails_.size() > mails_max) mails_.pop_back();
}

std::vector<Mail> Mailbox::mails() const {
  const std::lock_guard lock(mutex_);
  return {mails_.begin(), mails_.end()};
}

}  // namespace trivet::auth
