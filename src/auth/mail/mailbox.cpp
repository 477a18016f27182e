#include "auth/mail/mailbox.h"

namespace trivet::auth {
namespace {

constexpr size_t mails_max = 100;

}  // namespace

void Mailbox::send(Mail mail) {
  const std::lock_guard lock(mutex_);
  mails_.push_front(std::move(mail));
  if (mails_.size() > mails_max) mails_.pop_back();
}

void Mailbox::send(Sms sms) {
  Mail mail;
  mail.to = std::move(sms.to);
  mail.kind = "sms";
  mail.subject = mail.text = std::move(sms.text);
  mail.code = std::move(sms.code);
  mail.at_us = sms.at_us;
  send(std::move(mail));
}

std::vector<Mail> Mailbox::mails() const {
  const std::lock_guard lock(mutex_);
  return {mails_.begin(), mails_.end()};
}

}  // namespace trivet::auth
