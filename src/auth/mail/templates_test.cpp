#include "auth/mail/templates.h"

#include <gtest/gtest.h>

namespace trivet::auth {
namespace {

Mail mail_to(std::string kind) {
  Mail mail;
  mail.kind = std::move(kind);
  mail.to = "o'neil@example.com";
  mail.link = "https://a.example/verify?token=x&type=signup";
  mail.code = "012345";
  return mail;
}

TEST(MailTemplates, BuiltInOnesHoldLinkAndCode) {
  for (const std::string_view kind : mail_kinds()) {
    Mail mail = mail_to(std::string(kind));
    MailTemplates().render(mail, "https://a.example");
    EXPECT_FALSE(mail.subject.empty());
    EXPECT_EQ(mail.text.find(mail.link) == std::string::npos, kind == "reauthentication");
    EXPECT_NE(mail.text.find("012345"), std::string::npos);
    EXPECT_EQ(mail.html, "");
  }
}

TEST(MailTemplates, AProjectsOwnTakeTheirPlace) {
  MailTemplates templates;
  ASSERT_TRUE(templates.set(
      "recovery", "html",
      "Subject: For {{ .Email }}\r\n\r\n<a href=\"{{ .ConfirmationURL }}\">{{.Token}}</a>"));
  Mail mail = mail_to("recovery");
  templates.render(mail, "https://a.example");
  EXPECT_EQ(mail.subject, "For o'neil@example.com");
  EXPECT_EQ(mail.text, "");
  EXPECT_EQ(mail.html, "<a href=\"https://a.example/verify?token=x&#38;type=signup\">012345</a>");
  ASSERT_TRUE(templates.set("recovery", "txt", "Subject: s\n\n{{ .SiteURL }} {{ .Email }}"));
  templates.render(mail, "https://a.example");
  EXPECT_EQ(mail.text, "https://a.example o'neil@example.com");
  EXPECT_NE(mail.html, "");
}

TEST(MailTemplates, WrongOnesSayWhere) {
  MailTemplates templates;
  const auto message = [&](std::string_view file) {
    const auto set = templates.set("recovery", "txt", file);
    return set ? std::string() : set.error().message;
  };
  EXPECT_TRUE(message("").starts_with("line 1"));
  EXPECT_TRUE(message("Hello\n\nx").starts_with("line 1"));
  EXPECT_TRUE(message("Subject: x\nbody").starts_with("line 2"));
  EXPECT_TRUE(message("Subject: {{ .Nothing }}\n\nx").starts_with("line 1"));
  EXPECT_TRUE(message("Subject: x\n\none\ntwo {{ Token }}").starts_with("line 4"));
  EXPECT_TRUE(message("Subject: x\n\none {{ .Token").starts_with("line 3"));
}

}  // namespace
}  // namespace trivet::auth
