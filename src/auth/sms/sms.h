// Text messages of accounts, and who takes them. Values, and an interface whose implementations are thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "auth/records/records.h"
#include "base/error.h"

namespace trivet::auth {

struct Sms {
  std::string id;       // a UUID: what clients are told as message_id
  std::string to;       // digits, without '+'
  std::string kind;     // "confirmation", "phone_change", "reauthentication", "mfa"
  std::string channel;  // "sms", "whatsapp"
  std::string code;
  std::string text;
  User user;
  int64_t at_us = 0;
};

class SmsSender {
 public:
  virtual ~SmsSender() = default;
  // Takes it to be sent later; never waits.
  virtual void send(Sms sms) = 0;
};

// "+49 151 234" → "49151234" (E.164 without '+'); empty if it is no number.
[[nodiscard]] std::string normalize_phone(std::string_view text);

// Words with {{ .Code }} in them. bad_config if there is no such place, or another one.
[[nodiscard]] result<void> check_sms_template(std::string_view text);
[[nodiscard]] std::string fill_sms_template(std::string_view text, std::string_view code);

// The body of the hook "send-sms".
[[nodiscard]] std::string sms_payload(const Sms& sms);

}  // namespace trivet::auth
