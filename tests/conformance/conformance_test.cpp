// Every operation on every type at its edges, on every store: the answers are the memory store's. What passed
// is the table of docs/capabilities.md, which must be what it says: TRIVET_WRITE_CAPABILITIES=1 writes it.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "engine/testing/harness.h"
#include "operations.h"
#include "store_under_test.h"

namespace trivet::conformance {
namespace {

struct Cell {
  int passed = 0;
  int failed = 0;
  bool lacks = false;  // the store says that it can't
};

// group → type → what came out
using Results = std::map<std::string, std::map<std::string, Cell>>;

// Where a store means something else, and why it stays so.
struct Difference {
  std::string_view store;
  std::string_view type;
  std::string_view operation;
  std::string_view reason;
};
constexpr auto differences = std::to_array<Difference>({
    {"PostgreSQL", "String", "icontains i", "İ is folded to i by the server's locale"},
    {"PostgreSQL", "String", "istarts_with i", "İ is folded to i by the server's locale"},
    {"MariaDB", "String", "icontains i", "İ is folded to i by the server"},
    {"MariaDB", "String", "istarts_with i", "İ is folded to i by the server"},
});

bool is_known(const std::string& store, const std::string& type, const std::string& operation) {
  return std::ranges::any_of(differences, [&](const Difference& one) {
    return one.store == store && one.type == type && one.operation == operation;
  });
}

class Opened {
 public:
  explicit Opened(const StoreEntry& entry)
      : name_(entry.name),
        schema_(engine::testing::make_schema(schema_text(entry.provider, entry.provider == "postgresql"))),
        made_(entry.make(schema_)),
        bench_{made_->store(), schema_} {}
  [[nodiscard]] const Bench& bench() const { return bench_; }
  [[nodiscard]] bool has(std::optional<store::Capability> needs) const {
    return !needs || bench_.store.capabilities().has(*needs);
  }
  [[nodiscard]] bool has_model(const std::string& name) const { return bench_.schema->model_by_name.contains(name); }

  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::string name_;
  std::shared_ptr<const schema::Schema> schema_;
  std::unique_ptr<StoreUnderTest> made_;
  Bench bench_;
};

void compare(const Opened& oracle, const Opened& tested, const std::string& type,
             const std::vector<OperationCase>& operations, Results& results) {
  for (const OperationCase& operation : operations) {
    Cell& cell = results[operation.group][type];
    if (!tested.has(operation.needs)) {
      cell.lacks = true;
      continue;
    }
    const std::string wanted = operation.run(oracle.bench());
    const std::string given = operation.run(tested.bench());
    if (is_known(tested.name(), type, operation.name)) {
      EXPECT_NE(given, wanted) << operation.name << " is the same now: take it off the list";
      continue;
    }
    EXPECT_EQ(given, wanted) << type << ", " << operation.group << ": " << operation.name;
    ++(given == wanted ? cell.passed : cell.failed);
  }
}

// Without the decimals that have more digits than the store keeps, which it says.
TypeCase with_digits(TypeCase type, int digits_max) {
  const auto is_long = [&](Value value) {
    return value.kind() == ValueKind::numeric &&
           std::ranges::count_if(value.as_text(), [](char c) { return c >= '1' && c <= '9'; }) > digits_max;
  };
  std::erase_if(type.values, is_long);
  return type;
}

Results run(const StoreEntry& entry) {
  const Opened oracle(memory_entry());
  const Opened tested(entry);
  Results results;
  for (const TypeCase& each : types()) {
    const TypeCase type = with_digits(each, tested.bench().store.capabilities().decimal_digits);
    if (tested.has_model("T" + type.name))
      compare(oracle, tested, type.name, operations_on(type), results);
    else
      results["insert"][type.name].lacks = true;
  }
  compare(oracle, tested, "relations", operations_on_relations(), results);
  return results;
}

std::string symbol(const Results& results, const std::string& group, const std::string& type) {
  const auto row = results.find(group);
  if (row == results.end()) return "";
  const auto found = row->second.find(type);
  if (found == row->second.end()) return "";
  const Cell& cell = found->second;
  if (cell.failed > 0) return std::to_string(cell.failed) + " wrong";
  return cell.passed > 0 ? std::to_string(cell.passed) : "no";
}

std::string section(const std::string& store, const Results& results) {
  static const std::vector<std::string> groups = {"insert", "update", "upsert", "delete", "compare", "null", "in",
                                                  "order", "group", "aggregate", "cast", "text", "json", "list"};
  static const std::vector<std::string> related = {"unique", "required", "foreign key", "relation", "transaction"};
  std::ostringstream out;
  out << "## " << store << "\n\n| type |";
  for (const std::string& group : groups) out << ' ' << group << " |";
  out << "\n|---|";
  for (size_t i = 0; i < groups.size(); ++i) out << "---|";
  for (const TypeCase& type : types()) {
    out << "\n| " << type.name << " |";
    for (const std::string& group : groups) out << ' ' << symbol(results, group, type.name) << " |";
  }
  out << "\n\n|";
  for (const std::string& group : related) out << ' ' << group << " |";
  out << "\n|";
  for (size_t i = 0; i < related.size(); ++i) out << "---|";
  out << "\n|";
  for (const std::string& group : related) out << ' ' << symbol(results, group, "relations") << " |";
  out << "\n";
  for (const Difference& one : differences)
    if (one.store == store) out << "\nDiffers: " << one.type << ", " << one.operation << ": " << one.reason << ".\n";
  return out.str();
}

const std::string path = std::string(TRIVET_SOURCE_DIR) + "/docs/capabilities.md";

constexpr const char* opening = R"(# What each store can do

Made by `conformance_test` from what passed (`TRIVET_WRITE_CAPABILITIES=1` writes it); the test fails if it is not what
this page says. A number says how many cases of an operation on a type gave the answer of the memory store, which is the meaning of
every operation: edges, null, empty, Unicode, extremes. "no" is what the store says that it can't do: it is refused by name when a
project is loaded. An empty cell has no meaning.

)";

std::string written() {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Conformance : public ::testing::TestWithParam<StoreEntry> {};

TEST_P(Conformance, AnswersAsTheMemoryStore) {
  if (!GetParam().is_installed()) GTEST_SKIP() << GetParam().name << " is not installed";
  const std::string made = section(GetParam().name, run(GetParam()));
  if (std::getenv("TRIVET_WRITE_CAPABILITIES") == nullptr) {
    EXPECT_NE(written().find(made), std::string::npos)
        << "docs/capabilities.md doesn't say what passed:\n" << made;
    return;
  }
  const bool is_first = GetParam().name == stores().front().name;
  const std::string before = is_first ? opening : written() + '\n';
  std::ofstream(path) << before << made;
}

INSTANTIATE_TEST_SUITE_P(Stores, Conformance, ::testing::ValuesIn(stores()),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace trivet::conformance
