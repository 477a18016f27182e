#include "auth/mail/templates.h"

#include <algorithm>

namespace trivet::auth {
namespace {

constexpr std::string_view variables[] = {"ConfirmationURL", "Token", "Email", "SiteURL"};

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
    text.remove_suffix(1);
  return text;
}

// The name in "{{ .Name }}"; empty if it is none of ours.
std::string_view variable_of(std::string_view inside) {
  inside = trim(inside);
  if (!inside.starts_with('.')) return {};
  inside.remove_prefix(1);
  const auto* found = std::ranges::find(variables, inside);
  return found == std::end(variables) ? std::string_view() : *found;
}

std::string_view value_of(std::string_view name, const Mail& mail, std::string_view site_url) {
  if (name == "ConfirmationURL") return mail.link;
  if (name == "Token") return mail.code;
  return name == "Email" ? std::string_view(mail.to) : site_url;
}

enum class Escape : uint8_t { none, html };

void append(std::string& out, std::string_view value, Escape escape) {
  for (const char c : value) {
    if (escape == Escape::none || std::string_view("&<>\"'").find(c) == std::string_view::npos)
      out += c;
    else
      out += "&#" + std::to_string(static_cast<int>(c)) + ';';
  }
}

std::string fill(std::string_view text, const Mail& mail, std::string_view site_url,
                 Escape escape) {
  std::string out;
  for (;;) {
    const size_t from = text.find("{{");
    const size_t to = from == text.npos ? text.npos : text.find("}}", from);
    out += text.substr(0, to == text.npos ? text.npos : from);
    if (to == text.npos) return out;
    const std::string_view name = variable_of(text.substr(from + 2, to - from - 2));
    append(out, value_of(name, mail, site_url), escape);
    text.remove_prefix(to + 2);
  }
}

result<void> check_variables(std::string_view text, size_t line) {
  for (size_t at = 0; (at = text.find("{{", at)) != text.npos;) {
    const size_t end = text.find("}}", at);
    const std::string_view inside =
        text.substr(at + 2, end == text.npos ? text.npos : end - at - 2);
    if (end == text.npos || variable_of(inside).empty()) {
      const auto before = static_cast<size_t>(std::ranges::count(text.substr(0, at), '\n'));
      return fail(ErrorCode::bad_config,
                  "line " + std::to_string(line + before) +
                      ": {{ }} holds one of .ConfirmationURL, .Token, .Email, .SiteURL");
    }
    at = end;
  }
  return {};
}

}  // namespace

const std::vector<std::string_view>& mail_kinds() {
  static const std::vector<std::string_view> kinds = {"confirmation", "invite", "magic_link",
                                                      "recovery",     "email_change", "reauthentication"};
  return kinds;
}

MailTemplates::MailTemplates() {
  const auto add = [this](std::string_view kind, std::string subject) {
    MailTemplate& made = by_kind_[std::string(kind)];
    made.text = subject + ":\n\n{{ .ConfirmationURL }}\n\nor enter this code: {{ .Token }}\n";
    made.subject = std::move(subject);
  };
  add("confirmation", "Confirm your email address");
  add("invite", "You have been invited");
  add("magic_link", "Your sign-in link");
  add("recovery", "Reset your password");
  add("email_change", "Confirm the change of your email address");
  add("reauthentication", "Confirm that it is you");
  by_kind_["reauthentication"].text = "Enter this code to go on: {{ .Token }}\n";
}

result<void> MailTemplates::set(std::string_view kind, std::string_view ending,
                                std::string_view file) {
  constexpr std::string_view head = "Subject:";
  const size_t end = file.find('\n');
  if (!file.starts_with(head) || end == file.npos)
    return fail(ErrorCode::bad_config,
                "line 1: a template begins with \"Subject: …\" and an empty line");
  const std::string_view subject = trim(file.substr(head.size(), end - head.size()));
  std::string_view body = file.substr(end + 1);
  if (body.starts_with("\r\n")) body.remove_prefix(1);
  if (subject.empty() || !body.starts_with('\n'))
    return fail(ErrorCode::bad_config,
                "line 2: an empty line stands between the subject and the rest");
  body.remove_prefix(1);
  TRIVET_CHECK(check_variables(subject, 1));
  TRIVET_CHECK(check_variables(body, 3));
  MailTemplate& made = by_kind_[std::string(kind)];
  // A project's HTML alone doesn't bring our text along.
  if (ending == "html" && made.html.empty()) made.text.clear();
  (ending == "html" ? made.html : made.text) = body;
  made.subject = subject;
  return {};
}

void MailTemplates::render(Mail& mail, std::string_view site_url) const {
  const auto found = by_kind_.find(mail.kind);
  TRIVET_ASSERT(found != by_kind_.end());
  mail.subject = fill(found->second.subject, mail, site_url, Escape::none);
  mail.text = fill(found->second.text, mail, site_url, Escape::none);
  mail.html = fill(found->second.html, mail, site_url, Escape::html);
}

}  // namespace trivet::auth
