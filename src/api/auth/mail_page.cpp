#include "api/auth/mail_page.h"

#include "api/auth/encode.h"
#include "http/router.h"

namespace trivet::api::accounts {
namespace {

using trivet::auth::Mail;

void append_html(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
}

// A page elsewhere must not read codes through a name that it made point here.
bool is_local(const http::Request& request) {
  const std::string_view peer = request.peer_address;
  if (peer != "unix" && peer != "::1" && !peer.starts_with("127.") && !peer.starts_with("::ffff:127.")) return false;
  // A tunnel or proxy beside us speaks for somebody else, and may name this machine as the host.
  for (const std::string_view name : {"forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip"})
    if (request.has_header(name)) return false;
  std::string_view host = request.header("host");
  if (host.starts_with("[::1]")) return !request.has_header("origin");
  host = host.substr(0, host.find(':'));
  return (host == "localhost" || host == "127.0.0.1") && !request.has_header("origin");
}

std::string as_json(const std::vector<Mail>& mails) {
  JsonBuilder json;
  json.open_array();
  for (const Mail& mail : mails) {
    json.open_object().member("to", mail.to).member("kind", mail.kind);
    json.member("subject", mail.subject).member("link", mail.link).member("code", mail.code);
    json.member("at", time_text(mail.at_us)).close();
  }
  json.close();
  return json.take();
}

std::string as_html(const std::vector<Mail>& mails) {
  std::string page =
      "<!doctype html><meta charset=utf-8><title>Mail - Trivet</title><style>body{font:16px/1.5 "
      "system-ui;max-width:48rem;margin:2rem auto;padding:0 1rem}article{border-top:1px solid "
      "#ccc;padding:1rem 0}code{font-size:1.2em}a{word-break:break-all}</style><h1>Mail</h1>"
      "<p>What this server would have sent, newest first. Nothing leaves this machine.</p>";
  if (mails.empty()) page += "<p>No mail yet.</p>";
  for (const Mail& mail : mails) {
    page += "<article><b>";
    append_html(page, mail.subject);
    page += "</b><br>to ";
    append_html(page, mail.to);
    page += ", " + time_text(mail.at_us) + "<br>code <code>";
    append_html(page, mail.code);
    page += "</code>";
    if (mail.link.empty()) {
      page += "</article>";
      continue;
    }
    page += "<br><a href=\"";
    append_html(page, mail.link);
    page += "\">";
    append_html(page, mail.link);
    page += "</a></article>";
  }
  return page;
}

}  // namespace

task<http::Response> MailPage::handle(const http::Request& request) {
  request.route = "mail";
  if (request.path != "/_/mail" || !is_local(request)) co_return http::not_found();
  if (request.method != http::Method::get && request.method != http::Method::head)
    co_return http::method_not_allowed("GET, HEAD");
  const std::string_view accept = request.header("accept");
  if (accept.find("application/json") != accept.npos)
    co_return json_response(200, as_json(mailbox_.mails()));
  http::Response response = json_response(200, as_html(mailbox_.mails()));
  response.content_type = "text/html; charset=utf-8";
  response.set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
  response.set("Referrer-Policy", "no-referrer");
  co_return response;
}

}  // namespace trivet::api::accounts
