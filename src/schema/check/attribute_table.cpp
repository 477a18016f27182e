#include "schema/check/attribute_table.h"

#include <array>
#include <string>
#include <unordered_map>

namespace trivet::schema {
namespace {

using enum AttributeId;
using P = ParameterInfo;
using T = ParameterType;

constexpr std::array<P, 4> id_parameters = {
    {{"map", T::string}, {"length", T::integer}, {"sort", T::word}, {"clustered", T::boolean}}};
constexpr std::array<P, 6> block_id_parameters = {{{"fields", T::field_list, true, true},
                                                   {"name", T::string},
                                                   {"map", T::string},
                                                   {"length", T::integer},
                                                   {"sort", T::word},
                                                   {"clustered", T::boolean}}};
constexpr std::array<P, 7> block_unique_parameters = {{{"fields", T::field_list, true, true},
                                                       {"name", T::string},
                                                       {"map", T::string},
                                                       {"length", T::integer},
                                                       {"sort", T::word},
                                                       {"clustered", T::boolean},
                                                       {"where", T::any}}};
constexpr std::array<P, 8> index_parameters = {{{"fields", T::field_list, true, true},
                                                {"name", T::string},
                                                {"map", T::string},
                                                {"length", T::integer},
                                                {"sort", T::word},
                                                {"clustered", T::boolean},
                                                {"type", T::word},
                                                {"where", T::any}}};
constexpr std::array<P, 3> fulltext_parameters = {
    {{"fields", T::field_list, true, true}, {"name", T::string}, {"map", T::string}}};
constexpr std::array<P, 1> shard_parameters = {{{"fields", T::field_list, true, true}}};
constexpr std::array<P, 2> default_parameters = {{{"value", T::any, true, true}, {"map", T::string}}};
constexpr std::array<P, 1> map_parameters = {{{"name", T::string, true, true}}};
constexpr std::array<P, 1> schema_parameters = {{{"map", T::string, true, true}}};
constexpr std::array<P, 6> relation_parameters = {{{"name", T::string, true},
                                                   {"fields", T::field_list},
                                                   {"references", T::field_list},
                                                   {"onDelete", T::word},
                                                   {"onUpdate", T::word},
                                                   {"map", T::string}}};
constexpr std::array<P, 1> updated_parameters = {{{"ignore", T::field_list, true}}};
constexpr std::array<P, 2> meta_parameters = {{{"name", T::string, true, true}, {"value", T::any, true, true}}};
constexpr std::array<P, 2> rule_parameters = {
    {{"operation", T::string, true, true}, {"condition", T::condition, true, true}}};
constexpr std::array<P, 3> validate_parameters = {
    {{"value", T::condition, true, true}, {"message", T::string, true}, {"path", T::string_list, true}}};
constexpr std::array<P, 3> length_parameters = {
    {{"min", T::integer, true}, {"max", T::integer, true}, {"message", T::string, true}}};
constexpr std::array<P, 2> text_parameters = {{{"text", T::string, true, true}, {"message", T::string, true}}};
constexpr std::array<P, 2> regex_parameters = {{{"regex", T::string, true, true}, {"message", T::string, true}}};
constexpr std::array<P, 1> message_parameters = {{{"message", T::string, true}}};
constexpr std::array<P, 2> time_parameters = {{{"precision", T::integer, true}, {"message", T::string, true}}};
constexpr std::array<P, 2> uuid_parameters = {{{"version", T::integer, true}, {"message", T::string, true}}};
constexpr std::array<P, 2> bound_parameters = {{{"value", T::number, true, true}, {"message", T::string, true}}};
constexpr std::array<P, 1> word_parameters = {{{"discriminator", T::word, true, true}}};
constexpr std::array<P, 1> delegate_map_parameters = {{{"value", T::any, true, true}}};
constexpr std::array<P, 1> realtime_parameters = {{{"operations", T::string, true}}};
constexpr std::array<P, 1> passthrough_parameters = {{{"text", T::string, true, true}}};

constexpr uint32_t blocks = on_model | on_view;

constexpr std::array table = {
    AttributeInfo{id, 1, "id", id_parameters, on_fields, true, false},
    AttributeInfo{unique, 1, "unique", id_parameters, on_fields, true, false},
    AttributeInfo{default_, 1, "default", default_parameters, on_fields, true, false},
    AttributeInfo{map, 1, "map", map_parameters, on_fields | on_enum_value, true, false},
    AttributeInfo{relation, 1, "relation", relation_parameters, on_fields, true, false},
    AttributeInfo{ignore, 1, "ignore", {}, on_fields, true, false},
    AttributeInfo{updated_at, 1, "updatedAt", updated_parameters, on_fields, true, false},
    AttributeInfo{native, 1, "db", {}, on_fields, false, false},
    AttributeInfo{shard_key, 1, "shardKey", {}, on_fields, true, false},
    AttributeInfo{omit, 1, "omit", {}, on_fields, true, true},
    AttributeInfo{computed, 1, "computed", {}, on_scalars | on_list | on_any_list, true, true},
    AttributeInfo{json, 1, "json", {}, on_composite | on_list, true, true},
    AttributeInfo{meta, 1, "meta", meta_parameters, on_fields | on_enum_value, false, true},
    AttributeInfo{fuzzy, 1, "fuzzy", {}, on_string, true, true},
    AttributeInfo{full_text, 1, "fullText", {}, on_string, true, true},
    AttributeInfo{allow, 1, "allow", rule_parameters, on_fields, false, true},
    AttributeInfo{deny, 1, "deny", rule_parameters, on_fields, false, true},
    AttributeInfo{length, 1, "length", length_parameters, on_string | on_any_list, true, true},
    AttributeInfo{starts_with, 1, "startsWith", text_parameters, on_string, true, true},
    AttributeInfo{ends_with, 1, "endsWith", text_parameters, on_string, true, true},
    AttributeInfo{contains, 1, "contains", text_parameters, on_string, true, true},
    AttributeInfo{regex, 1, "regex", regex_parameters, on_string, true, true},
    AttributeInfo{email, 1, "email", message_parameters, on_string, true, true},
    AttributeInfo{url, 1, "url", message_parameters, on_string, true, true},
    AttributeInfo{phone, 1, "phone", message_parameters, on_string, true, true},
    AttributeInfo{datetime, 1, "datetime", message_parameters, on_string, true, true},
    AttributeInfo{date, 1, "date", message_parameters, on_string, true, true},
    AttributeInfo{time, 1, "time", time_parameters, on_string, true, true},
    AttributeInfo{uuid, 1, "uuid", uuid_parameters, on_string, true, true},
    AttributeInfo{trim, 1, "trim", {}, on_string, true, true},
    AttributeInfo{lower, 1, "lower", {}, on_string, true, true},
    AttributeInfo{upper, 1, "upper", {}, on_string, true, true},
    AttributeInfo{gt, 1, "gt", bound_parameters, on_numbers, true, true},
    AttributeInfo{gte, 1, "gte", bound_parameters, on_numbers, true, true},
    AttributeInfo{lt, 1, "lt", bound_parameters, on_numbers, true, true},
    AttributeInfo{lte, 1, "lte", bound_parameters, on_numbers, true, true},
    AttributeInfo{passthrough, 1, "prisma.passthrough", passthrough_parameters, on_fields | on_enum_value, false, true},
    AttributeInfo{block_id, 2, "id", block_id_parameters, on_model | on_view | on_type, true, false},
    AttributeInfo{block_unique, 2, "unique", block_unique_parameters, on_model | on_view | on_type, false, false},
    AttributeInfo{block_index, 2, "index", index_parameters, on_model | on_view | on_type, false, false},
    AttributeInfo{block_fulltext, 2, "fulltext", fulltext_parameters, on_model | on_type, false, false},
    AttributeInfo{block_map, 2, "map", map_parameters, on_model | on_view | on_enum_block | on_type, true, false},
    AttributeInfo{block_schema, 2, "schema", schema_parameters, on_model | on_view | on_enum_block | on_type, true, false},
    AttributeInfo{block_ignore, 2, "ignore", {}, blocks | on_type, true, false},
    AttributeInfo{block_shard_key, 2, "shardKey", shard_parameters, on_model, true, false},
    AttributeInfo{block_allow, 2, "allow", rule_parameters, blocks | on_type, false, true},
    AttributeInfo{block_deny, 2, "deny", rule_parameters, blocks | on_type, false, true},
    AttributeInfo{block_validate, 2, "validate", validate_parameters, on_model | on_type, false, true},
    AttributeInfo{block_auth, 2, "auth", {}, on_model | on_type, true, true},
    AttributeInfo{block_strict, 2, "strict", {}, on_type, true, true},
    AttributeInfo{block_meta, 2, "meta", meta_parameters, blocks | on_type | on_enum_block, false, true},
    AttributeInfo{block_delegate, 2, "delegate", word_parameters, on_model, true, true},
    AttributeInfo{block_delegate_map, 2, "delegateMap", delegate_map_parameters, on_model, true, true},
    AttributeInfo{block_realtime, 2, "realtime", realtime_parameters, on_model, true, true},
    AttributeInfo{block_passthrough, 2, "prisma.passthrough", passthrough_parameters, blocks | on_type | on_enum_block,
                  false, true},
    AttributeInfo{reserved, 1, "encrypted", {}, on_fields, false, true},
    AttributeInfo{reserved, 2, "datasource", {}, blocks, false, true},
    AttributeInfo{reserved, 2, "ttl", {}, blocks, false, true},
    AttributeInfo{reserved, 2, "cache", {}, blocks, false, true},
    AttributeInfo{reserved, 2, "partition", {}, blocks, false, true},
};

using Index = std::unordered_map<std::string_view, const AttributeInfo*>;

Index make_index(uint8_t level) {
  Index index;
  for (const auto& row : table) {
    if (row.level == level) index.emplace(row.name, &row);
  }
  return index;
}

}  // namespace

std::span<const AttributeInfo> attribute_table() { return table; }

const AttributeInfo* find_attribute(uint8_t level, std::string_view name) {
  static const Index fields = make_index(1);
  static const Index block = make_index(2);
  const auto& index = level == 1 ? fields : block;
  const auto found = index.find(name);
  return found == index.end() ? nullptr : found->second;
}

}  // namespace trivet::schema
