#include "data/row_reader.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace trivet::data {
namespace {

// Gives a few bytes at a time, so that every place of a text is a chunk's end once.
class DripSource final : public ByteSource {
 public:
  DripSource(std::string_view bytes, size_t step) : rest_(bytes), step_(step) {}
  result<size_t> read(std::span<char> to) override {
    const size_t size = std::min({step_, to.size(), rest_.size()});
    std::ranges::copy(rest_.substr(0, size), to.begin());
    rest_.remove_prefix(size);
    return size;
  }

 private:
  std::string_view rest_;
  size_t step_;
};

std::string describe(const Cell& cell) {
  switch (cell.kind) {
    case CellKind::bare:
      return std::string(cell.text);
    case CellKind::quoted:
      return "'" + std::string(cell.text) + "'";
    case CellKind::json:
      return std::string(cell.json.raw());
  }
  return "";
}

// Everything that a reader says about a text, in one string: "line:name=cell,…;".
std::string read_all(std::unique_ptr<ByteSource> source, Format format,
                     const RowReaderOptions& options) {
  const auto reader = make_row_reader(std::move(source), format, options);
  std::string out;
  while (true) {
    const result<ReadStep> step = reader->next();
    if (!step) return out + "error " + step.error().message;
    if (*step == ReadStep::end) return out;
    out += std::to_string(reader->line()) + ":";
    if (*step == ReadStep::bad_row) {
      out += "bad " + reader->bad_row().message + ";";
      continue;
    }
    EXPECT_EQ(reader->names().size(), reader->cells().size());
    for (size_t i = 0; i < reader->cells().size(); ++i) {
      if (i > 0) out += ",";
      out += std::string(reader->names()[i]) + "=" + describe(reader->cells()[i]);
    }
    out += ";";
  }
}

struct Case {
  Format format;
  std::string_view text;
  std::string_view expected;
};

constexpr Case cases[] = {
    {Format::csv, "a,b\n1,2\n3,4\n", "2:a=1,b=2;3:a=3,b=4;"},
    {Format::csv, "a,b\r\n1,2\r\n3,4", "2:a=1,b=2;3:a=3,b=4;"},
    {Format::csv,
     "\xef\xbb\xbf"
     "a,b\n1,2\n",
     "2:a=1,b=2;"},
    {Format::csv, "a,b\n\"x,y\",\"say \"\"hi\"\"\"\n", "2:a='x,y',b='say \"hi\"';"},
    {Format::csv, "a,b\n\"line\nbreak\",1\nx,y\n", "2:a='line\nbreak',b=1;4:a=x,b=y;"},
    {Format::csv, "a,b\n,\"\"\nNULL,\"NULL\"\n", "2:a=,b='';3:a=NULL,b='NULL';"},
    {Format::csv, "\"a b\",\"c\"\"d\"\n1,2\n", "2:a b=1,c\"d=2;"},
    {Format::csv, "a,b\n\n1,2\n\r\n3,4\n", "3:a=1,b=2;5:a=3,b=4;"},
    {Format::csv, "a\n\nx\n", "2:a=;3:a=x;"},
    {Format::csv, "a,b\n1\n2,3\n4,5,6\n",
     "2:bad All lines must have same number of fields;3:a=2,b=3;4:bad All lines must have same "
     "number of fields;"},
    {Format::csv, "a,b\n1,x\"y\n2,3\n", "2:bad a quote inside an unquoted field;3:a=2,b=3;"},
    {Format::csv, "a,b\n\"1\"x,2\n2,3\n",
     "2:bad text behind the closing quote of a field;3:a=2,b=3;"},
    {Format::csv, "a,b\n1,2\n\"x,3\n", "2:a=1,b=2;3:bad a quoted field that is never closed;"},
    {Format::csv, "a,b\n1,\xff\n2,3\n", "2:bad row is not UTF-8;3:a=2,b=3;"},
    {Format::csv, "a,a\n1,2\n", "error column \"a\" appears twice in the header"},
    {Format::csv, "", ""},
    {Format::csv, "a,b\n", ""},
    {Format::csv, "a,b", ""},
    {Format::csv, "a,b\n1,2\rx\n", "2:a=1,b=2\rx;"},
    {Format::csv, "a,b\n1,\"2\"", "2:a=1,b='2';"},
    {Format::csv, "a,b\n1,", "2:a=1,b=;"},
    {Format::ndjson, "{\"a\":1}\n{\"a\":\"x\",\"b\":[1, 2]}\n", "1:a=1;2:a=\"x\",b=[1, 2];"},
    {Format::ndjson, "{\"a\":1}\r\n\n  \n{\"a\":2}", "1:a=1;4:a=2;"},
    {Format::ndjson, "\xef\xbb\xbf{\"a\":1}\n", "1:a=1;"},
    {Format::ndjson, "{\"a\":1}\n{bad}\n[1]\n{\"a\":2}\n",
     "1:a=1;2:bad unexpected character (byte 2 of the row);3:bad row is not a JSON object;4:a=2;"},
    {Format::ndjson, "{\"a\":1,\"a\":2,\"b\":3}\n{\"\\u0061\":4,\"b\":5}\n",
     "1:a=2,b=3;2:a=4,b=5;"},
    {Format::ndjson, "", ""},
    {Format::ndjson, "{}\n", "1:;"},
    {Format::json, "[{\"a\":1},{\"a\":2}]", "1:a=1;1:a=2;"},
    {Format::json, " [\n {\"a\":\"]},{\\\"\"} ,\n\n {\"b\":{\"c\":[1]}}\n]\n",
     "2:a=\"]},{\\\"\";4:b={\"c\":[1]};"},
    {Format::json, "[]", ""},
    {Format::json, " [ ] ", ""},
    {Format::json, "{\"a\":1}", "1:a=1;"},
    {Format::json, "{\"a\":1}\n{\"a\":2} {\"a\":3}", "1:a=1;2:a=2;2:a=3;"},
    {Format::json, "[{\"a\":1},2,\"x\",{\"a\":tru},{\"a\":2}]",
     "1:a=1;1:bad row is not a JSON object;1:bad row is not a JSON object;1:bad unknown word (byte "
     "6 of the row);1:a=2;"},
    {Format::json, "[{\"a\":1}", "1:a=1;error line 1: the array is not closed"},
    {Format::json, "[{\"a\":1}\n{\"a\":2}]", "1:a=1;error line 2: a comma is missing"},
    {Format::json, "[{\"a\":1},]", "1:a=1;error line 1: a value is missing"},
    {Format::json, "[,{}]", "error line 1: a value is missing"},
    {Format::json, "[{\"a\":1}] x", "1:a=1;error line 1: text behind the array"},
    {Format::json, "", "error line 1: the file is empty"},
    {Format::json, "[{\"a", "error line 1: the array is not closed"},
};

TEST(RowReaderTest, ReadsEveryFormat) {
  for (const Case& c : cases)
    EXPECT_EQ(read_all(memory_source(c.text), c.format, {}), c.expected) << c.text;
}

TEST(RowReaderTest, ChunksDontMatter) {
  for (const Case& c : cases) {
    for (size_t step : {1, 2, 3, 7}) {
      RowReaderOptions options;
      options.chunk_bytes = step;
      EXPECT_EQ(read_all(std::make_unique<DripSource>(c.text, step), c.format, options), c.expected)
          << c.text << " by " << step;
    }
  }
}

TEST(RowReaderTest, StepsOverRowsThatAreTooLong) {
  RowReaderOptions options;
  options.row_bytes_max = 100;
  options.chunk_bytes = 16;
  const std::string large(1'000, 'x');
  EXPECT_EQ(read_all(memory_source("a\n" + large + "\n1\n"), Format::csv, options),
            "2:bad row is longer than 100 bytes;3:a=1;");
  EXPECT_EQ(
      read_all(memory_source("{\"a\":\"" + large + "\"}\n{\"a\":1}\n"), Format::ndjson, options),
      "1:bad row is longer than 100 bytes;2:a=1;");
  EXPECT_EQ(read_all(memory_source("[{\"a\":\"" + large + "\"}]"), Format::json, options),
            "error line 1: row is longer than 100 bytes");
}

TEST(RowReaderTest, LimitsColumns) {
  RowReaderOptions options;
  options.columns_max = 2;
  EXPECT_EQ(read_all(memory_source("a,b,c\n1,2,3\n"), Format::csv, options),
            "error more than 2 columns");
  EXPECT_EQ(
      read_all(memory_source("{\"a\":1,\"b\":2,\"c\":3}\n{\"a\":1}\n"), Format::ndjson, options),
      "1:bad more than 2 keys;2:a=1;");
}

TEST(RowReaderTest, TellsWhenTheNamesChange) {
  const auto reader = make_row_reader(
      memory_source("{\"a\":1,\"b\":2}\n{\"a\":3,\"b\":4}\n{\"b\":1,\"a\":2}\n{\"b\":1,\"a\":2}\n"),
      Format::ndjson, {});
  std::vector<uint64_t> versions;
  while (*reader->next() == ReadStep::row) versions.push_back(reader->names_version());
  ASSERT_EQ(versions.size(), 4u);
  EXPECT_EQ(versions[0], versions[1]);
  EXPECT_LT(versions[1], versions[2]);
  EXPECT_EQ(versions[2], versions[3]);
}

TEST(RowReaderTest, CountsBytesAndKnowsSizes) {
  const std::string_view text = "a\n1\n2\n";
  auto source = memory_source(text);
  EXPECT_EQ(source->size(), text.size());
  const auto reader = make_row_reader(std::move(source), Format::csv, {});
  EXPECT_EQ(*reader->next(), ReadStep::row);
  EXPECT_EQ(reader->bytes_read(), 4u);
  EXPECT_EQ(*reader->next(), ReadStep::row);
  EXPECT_EQ(*reader->next(), ReadStep::end);
  EXPECT_EQ(reader->bytes_read(), text.size());
}

TEST(RowReaderTest, SaysWhyAFileCantBeRead) {
  const auto missing = open_rows("/nonexistent/x.csv", Format::csv, {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::file_error);
  EXPECT_EQ(missing.error().message, "cannot open /nonexistent/x.csv: No such file or directory");
}

TEST(FormatTest, KnowsEndings) {
  EXPECT_EQ(format_of_path("a/b.CSV"), Format::csv);
  EXPECT_EQ(format_of_path("b.jsonl"), Format::ndjson);
  EXPECT_EQ(format_of_path("b.ndjson"), Format::ndjson);
  EXPECT_EQ(format_of_path("x.json"), Format::json);
  EXPECT_EQ(format_of_path("a.csv/b"), std::nullopt);
  EXPECT_EQ(format_of_path("-"), std::nullopt);
  EXPECT_EQ(format_name(Format::ndjson), "ndjson");
}

}  // namespace
}  // namespace trivet::data
