// The words of mails: built in, or a project's own files, which carry the variables of the auth
// dialect's templates: {{ .ConfirmationURL }}, {{ .Token }}, {{ .Email }}, {{ .SiteURL }}.
//
// A file is named after the kind of mail, "confirmation.txt" or "confirmation.html", and begins
// with a line "Subject: …" and an empty one; with both endings a mail has both parts. In HTML
// values are escaped. Immutable.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "auth/mail/mailbox.h"
#include "base/error.h"

namespace trivet::auth {

// "confirmation", "invite", "magic_link", "recovery", "email_change", "reauthentication": the last has a
// code and no link.
[[nodiscard]] const std::vector<std::string_view>& mail_kinds();

struct MailTemplate {
  std::string subject;
  std::string text;  // empty = none
  std::string html;  // empty = none
};

class MailTemplates {
 public:
  // The built-in ones.
  MailTemplates();

  // Takes the place of a built-in one. Errors (bad_config) say which line: a missing subject, an
  // unknown variable.
  [[nodiscard]] result<void> set(std::string_view kind, std::string_view ending,
                                 std::string_view file);

  // Fills in subject, text and html; kind, to, link and code are given.
  void render(Mail& mail, std::string_view site_url) const;

 private:
  std::map<std::string, MailTemplate, std::less<>> by_kind_;
};

}  // namespace trivet::auth
