#include "api/rest/testing/case_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

namespace trivet::api::rest::testing {
namespace {

enum class Section { none, schema, data, cases };

std::pair<std::string, std::string> split_header(const std::string& line) {
  const size_t colon = line.find(": ");
  if (colon == std::string::npos) return {line, ""};
  return {line.substr(0, colon), line.substr(colon + 2)};
}

void append_line(std::string& text, const std::string& line) {
  if (!text.empty()) text += '\n';
  text += line;
}

class Reader {
 public:
  CaseFile file;

  void line(const std::string& text) {
    if (text.starts_with("### ")) {
      heading(text.substr(4));
    } else if (section_ == Section::schema) {
      file.schema += text + "\n";
    } else if (section_ == Section::data) {
      file.data.back().second += text + "\n";
    } else if (section_ == Section::cases) {
      case_line(text);
    }
    if (section_ != Section::cases) file.head += text + "\n";
  }

 private:
  void heading(const std::string& text) {
    if (text == "schema") {
      section_ = Section::schema;
    } else if (text.starts_with("data ")) {
      section_ = Section::data;
      file.data.emplace_back(text.substr(5), "");
    } else if (text.starts_with("store ")) {
      file.only = text.substr(6);
    } else if (text == "aggregates on") {
      file.options.aggregates = Switch::on;
    } else if (text == "rollback on") {
      file.options.end.may_choose = true;
    } else {
      section_ = Section::cases;
      file.cases.push_back({.name = text, .exchanges = {}});
    }
  }

  void case_line(const std::string& text) {
    if (text.starts_with("> ")) {
      request_line(text.substr(2));
    } else if (text.starts_with(">> ")) {
      append_line(exchange().request.body, text.substr(3));
    } else if (text.starts_with("< ")) {
      exchange().expected.status = std::stoi(text.substr(2));
    } else if (text.starts_with("<: ")) {
      exchange().expected.headers.push_back(split_header(text.substr(3)));
    } else if (text.starts_with("<<")) {
      if (body_begun_) exchange().expected.body += '\n';
      body_begun_ = true;
      if (text.size() > 3) exchange().expected.body += text.substr(3);
    } else if (text.starts_with("<! ")) {
      exchange().expected.absent.push_back(text.substr(3));
    }
  }

  // A method begins an exchange; everything else is a header.
  void request_line(const std::string& text) {
    const size_t space = text.find(' ');
    const bool begins = space != std::string::npos && text.size() > space + 1 &&
                        text[space + 1] == '/' && text[space - 1] != ':';
    if (begins) {
      file.cases.back().exchanges.push_back({});
      body_begun_ = false;
      exchange().request.method = text.substr(0, space);
      exchange().request.target = text.substr(space + 1);
      if (exchange().request.target == "/.") exchange().request.target = "";
      return;
    }
    const auto header = split_header(text);
    if (header.first == "role") exchange().role = header.second;
    else exchange().request.headers.push_back(header);
  }

  Exchange& exchange() { return file.cases.back().exchanges.back(); }

  Section section_ = Section::none;
  bool body_begun_ = false;  // an empty first line is a line
};

bool is_silent(const std::string& name, const std::string& value) {
  return (name == "Content-Type" && value == "application/json; charset=utf-8") ||
         (name == "Proxy-Status");
}

}  // namespace

CaseFile read_case_file(const std::filesystem::path& path) {
  std::ifstream in(path);
  Reader reader;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("### same as ")) {
      reader.file = read_case_file(path.parent_path() / (line.substr(12) + ".txt"));
      reader.file.cases.clear();
      reader.file.head = line + "\n";
      continue;
    }
    reader.line(line);
  }
  return std::move(reader.file);
}

std::string render_answer(const http::Response& response, bool with_location) {
  Expected expected{.status = response.status, .headers = {}, .body = response.body, .absent = {}};
  if (!response.content_type.empty())
    expected.headers.emplace_back("Content-Type", response.content_type);
  else if (!response.body.empty())
    expected.headers.emplace_back("Content-Type", "(none)");
  for (const auto& header : response.headers)
    if (with_location || header.first != "Content-Location") expected.headers.push_back(header);
  return render_expected(expected);
}

std::string render_expected(const Expected& expected) {
  std::string out = fmt::format("< {}\n", expected.status);
  for (const auto& [name, value] : expected.headers)
    if (!is_silent(name, value)) out += fmt::format("<: {}: {}\n", name, value);
  if (expected.body.empty()) return out;
  size_t begin = 0;
  while (true) {
    const size_t end = expected.body.find('\n', begin);
    out += "<< " + expected.body.substr(begin, end - begin) + "\n";
    if (end == std::string::npos) return out;
    begin = end + 1;
  }
}

}  // namespace trivet::api::rest::testing
