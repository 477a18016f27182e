#include "data/row_writer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "data/row_reader.h"
#include "value/coerce.h"
#include "value/text_format.h"

namespace trivet::data {
namespace {

const std::vector<Column> columns = {{"id", Type::int4},
                                     {"a \"b\"", Type::text},
                                     {"at", Type::timestamptz},
                                     {"tags", Type::text},
                                     {"j", Type::json}};

std::string write_rows(Format format, std::span<const std::vector<Value>> rows) {
  std::string out;
  const auto writer = make_row_writer(string_sink(out), format, columns, {});
  for (const std::vector<Value>& row : rows) EXPECT_TRUE(writer->write(row));
  EXPECT_TRUE(writer->finish());
  EXPECT_EQ(writer->rows_written(), rows.size());
  EXPECT_EQ(writer->bytes_written(), out.size());
  return out;
}

class RowWriterTest : public testing::Test {
 protected:
  Value tags_[2] = {Value::text("x"), Value::text("y,z")};
  std::vector<std::vector<Value>> rows_ = {
      {Value::integer(1), Value::text("é\n\"q\""), Value::timestamp(1'704'164'645'678'000),
       Value::list(tags_), Value::json("{\"k\":\n1}")},
      {Value::integer(-2), Value::text(""), Value::null(), Value::list({}), Value::null()},
      {Value::integer(3), Value::text("NULL"), Value::null(), Value::null(), Value::json("[]")}};
};

TEST_F(RowWriterTest, WritesCsv) {
  EXPECT_EQ(
      write_rows(Format::csv, rows_),
      "id,\"a \"\"b\"\"\",at,tags,j\n"
      "1,\"é\n\"\"q\"\"\",2024-01-02 03:04:05.678+00,\"{x,\"\"y,z\"\"}\",\"{\"\"k\"\":\n1}\"\n"
      "-2,\"\",,{},\n"
      "3,\"NULL\",,,[]\n");
}

TEST_F(RowWriterTest, WritesNdjson) {
  EXPECT_EQ(write_rows(Format::ndjson, rows_),
            "{\"id\":1,\"a "
            "\\\"b\\\"\":\"é\\n\\\"q\\\"\",\"at\":\"2024-01-02T03:04:05.678+00:00\",\"tags\":["
            "\"x\",\"y,z\"],\"j\":{\"k\": 1}}\n"
            "{\"id\":-2,\"a \\\"b\\\"\":\"\",\"at\":null,\"tags\":[],\"j\":null}\n"
            "{\"id\":3,\"a \\\"b\\\"\":\"NULL\",\"at\":null,\"tags\":null,\"j\":[]}\n");
}

TEST_F(RowWriterTest, WritesJsonArrays) {
  EXPECT_EQ(write_rows(Format::json, std::span(rows_).subspan(2)),
            "[\n{\"id\":3,\"a \\\"b\\\"\":\"NULL\",\"at\":null,\"tags\":null,\"j\":[]}\n]\n");
  EXPECT_EQ(write_rows(Format::json, {}), "[]\n");
  EXPECT_EQ(write_rows(Format::ndjson, {}), "");
}

// What is written is read back as the same values.
TEST_F(RowWriterTest, RoundTrips) {
  for (Format format : {Format::csv, Format::ndjson, Format::json}) {
    const std::string file = write_rows(format, rows_);
    const auto reader = make_row_reader(memory_source(file), format, {});
    for (const std::vector<Value>& row : rows_) {
      ASSERT_EQ(*reader->next(), ReadStep::row);
      for (size_t i = 0; i < columns.size(); ++i) {
        Arena arena;
        const Cell& cell = reader->cells()[i];
        const bool list = columns[i].name == "tags";
        const bool null = cell.kind == CellKind::bare && cell.text.empty();
        result<Value> value = Value::null();
        if (cell.kind == CellKind::json) {
          value = list ? coerce_json_list(cell.json, columns[i].type, {}, arena)
                       : coerce_json(cell.json, columns[i].type, {}, arena);
        } else if (!null) {
          value = list ? coerce_text_list(cell.text, columns[i].type, {}, arena)
                       : coerce_text(cell.text, columns[i].type, {}, arena);
        }
        ASSERT_TRUE(value);
        EXPECT_EQ(value->kind(), row[i].kind());
        std::string expected, got;
        append_text_value(expected, row[i], columns[i].type, {});
        append_text_value(got, *value, columns[i].type, {});
        std::ranges::replace(expected, '\n', ' ');
        std::ranges::replace(got, '\n', ' ');
        EXPECT_EQ(got, expected);
      }
    }
    EXPECT_EQ(*reader->next(), ReadStep::end);
  }
}

TEST(FileSinkTest, ReplacesTheFileOnlyWhenFinished) {
  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / "trivet_row_writer_test";
  std::filesystem::create_directories(folder);
  const std::string path = folder / "out.csv";
  const auto content = [&] {
    std::ifstream file(path);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  std::ofstream(path) << "old";
  {
    const auto sink = open_sink(path);
    ASSERT_TRUE(sink);
    ASSERT_TRUE((*sink)->write("half"));
  }
  EXPECT_EQ(content(), "old");
  EXPECT_FALSE(std::filesystem::exists(path + ".part"));
  const auto sink = open_sink(path);
  ASSERT_TRUE((*sink)->write("new"));
  EXPECT_EQ(content(), "old");
  ASSERT_TRUE((*sink)->finish());
  EXPECT_EQ(content(), "new");
  EXPECT_FALSE(open_sink((folder / "none" / "x").string()));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace trivet::data
