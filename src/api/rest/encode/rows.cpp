#include "api/rest/encode/rows.h"

#include "value/json_reader.h"
#include "value/json_writer.h"
#include "value/text_format.h"

namespace trivet::api::rest {
namespace {

// Removes the keys whose value is null at every object depth; nulls in arrays stay.
void append_stripped(std::string& out, JsonValue json) {
  if (json.kind() == JsonKind::object) {
    out += '{';
    bool first = true;
    for (const JsonMember& member : json.members()) {
      if (member.value.is_null()) continue;
      if (!first) out += ',';
      first = false;
      out += '"';
      out += member.key.body();
      out += "\":";
      append_stripped(out, member.value);
    }
    out += '}';
    return;
  }
  if (json.kind() == JsonKind::array) {
    out += '[';
    bool first = true;
    for (const JsonValue& element : json.elements()) {
      if (!first) out += ',';
      first = false;
      append_stripped(out, element);
    }
    out += ']';
    return;
  }
  out += json.raw();
}

class Encoder {
 public:
  Encoder(std::string& out, const EncodeOptions& options) : out_(out), options_(options) {}

  void array(const LevelCodec& codec, const Batch& batch) {
    out_ += '[';
    for (uint32_t row = 0; row < batch.rows; ++row) {
      if (row > 0) out_ += ',';
      object(codec, batch.row(row));
    }
    out_ += ']';
  }

  void object(const LevelCodec& codec, std::span<const Value> row) {
    out_ += '{';
    bool first = true;
    for (const CodecItem& item : codec.items) {
      if (options_.nulls == NullKeys::stripped && is_null(item, row)) continue;
      if (!first) out_ += ',';
      first = false;
      out_ += item.key;
      this->item(item, row, 0);
    }
    out_ += '}';
  }

  void item(const CodecItem& item, std::span<const Value> row, size_t step) {
    if (step == item.steps.size()) {
      if (item.kind == CodecItem::Kind::fields) fields(item, row);
      else value(item, row[item.cell]);
      return;
    }
    const Value cell = row[item.steps[step].cell];
    if (item.steps[step].many) {
      spread_many(item, cell, step);
    } else if (cell.is_null() || cell.as_rows()->rows == 0) {
      out_ += "null";
    } else {
      this->item(item, cell.as_rows()->row(0), step + 1);
    }
  }

  void value(const CodecItem& item, Value cell) {
    switch (item.kind) {
      case CodecItem::Kind::value: plain(item, cell); return;
      case CodecItem::Kind::object:
        if (cell.is_null() || cell.as_rows()->rows == 0) out_ += "null";
        else nested(&Encoder::first_object, item, *cell.as_rows());
        return;
      case CodecItem::Kind::array:
        if (cell.is_null()) out_ += "[]";
        else nested(&Encoder::array, item, *cell.as_rows());
        return;
      case CodecItem::Kind::fields: return;
    }
  }

 private:
  void first_object(const LevelCodec& codec, const Batch& batch) { object(codec, batch.row(0)); }

  // Embedded levels pass through jsonb upstream, which prints floats without exponent.
  void nested(void (Encoder::*write)(const LevelCodec&, const Batch&), const CodecItem& item,
              const Batch& batch) {
    EncodeOptions inner = options_;
    inner.format.floats = FloatStyle::digits;
    Encoder encoder(out_, inner);
    (encoder.*write)(*item.level, batch);
  }

  void fields(const CodecItem& item, std::span<const Value> row) {
    if (is_null(item, row)) {
      out_ += "null";
      return;
    }
    EncodeOptions inner = options_;
    inner.format.floats = FloatStyle::digits;
    Encoder(out_, inner).object(*item.level, row);
  }

  void plain(const CodecItem& item, Value cell) {
    if (options_.nulls == NullKeys::stripped && cell.kind() == ValueKind::json) {
      append_stripped(out_, JsonValue::trusted(cell.as_text()));
      return;
    }
    append_json_value(out_, cell, item.type, options_.format);
  }

  void spread_many(const CodecItem& item, Value cell, size_t step) {
    out_ += '[';
    const uint32_t rows = cell.is_null() ? 0 : cell.as_rows()->rows;
    for (uint32_t row = 0; row < rows; ++row) {
      if (row > 0) out_ += ',';
      this->item(item, cell.as_rows()->row(row), step + 1);
    }
    out_ += ']';
  }

  static bool is_null(const CodecItem& item, std::span<const Value> row) {
    for (const SpreadStep& step : item.steps) {
      if (step.many) return false;
      const Value cell = row[step.cell];
      if (cell.is_null() || cell.as_rows()->rows == 0) return true;
      row = cell.as_rows()->row(0);
    }
    const Value cell = row[item.cell];
    if (item.kind == CodecItem::Kind::array) return false;
    if (item.kind == CodecItem::Kind::fields) return cell.is_null() || !cell.as_boolean();
    if (item.kind == CodecItem::Kind::object && !cell.is_null()) return cell.as_rows()->rows == 0;
    return cell.is_null() || (cell.kind() == ValueKind::json && cell.as_text() == "null");
  }

  std::string& out_;
  const EncodeOptions& options_;
};

void encode_csv_row(std::string& out, const LevelCodec& codec, std::span<const Value> row,
                    const EncodeOptions& options) {
  std::string json;
  bool first = true;
  for (const CodecItem& item : codec.items) {
    if (!first) out += ',';
    first = false;
    if (item.kind == CodecItem::Kind::value && item.steps.empty()) {
      append_csv_value(out, row[item.cell], item.type, options.format);
      continue;
    }
    json.clear();
    Encoder(json, options).item(item, row, 0);
    if (json != "null") append_csv_field(out, json);
  }
}

}  // namespace

void encode_array(std::string& out, const LevelCodec& codec, const Batch& batch,
                  const EncodeOptions& options) {
  // A guess that spares most answers all growing of the string.
  constexpr size_t cell_bytes = 32;  // with its key
  out.reserve(out.size() + 64 + batch.rows * codec.items.size() * cell_bytes);
  Encoder(out, options).array(codec, batch);
}

void encode_object(std::string& out, const LevelCodec& codec, std::span<const Value> row,
                   const EncodeOptions& options) {
  Encoder(out, options).object(codec, row);
}

void encode_csv(std::string& out, const LevelCodec& codec, const Batch& batch,
                const EncodeOptions& options) {
  if (batch.rows == 0) {
    out += '\n';
    return;
  }
  bool first = true;
  for (const CodecItem& item : codec.items) {
    if (!first) out += ',';
    first = false;
    out += item.name;
  }
  for (uint32_t row = 0; row < batch.rows; ++row) {
    out += '\n';
    encode_csv_row(out, codec, batch.row(row), options);
  }
}

CodecItem make_codec_item(CodecItem::Kind kind, std::string name, uint32_t cell) {
  CodecItem item;
  item.kind = kind;
  item.cell = cell;
  append_json_string(item.key, name);
  item.key += ':';
  item.name = std::move(name);
  return item;
}

}  // namespace trivet::api::rest
