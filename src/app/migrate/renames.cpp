#include "app/migrate/renames.h"

#include <fmt/format.h>

#include <algorithm>

namespace trivet::app {
namespace {

using store::DatabaseDescription;
using store::TableDescription;
using store::sql::LayoutDiff;
using store::sql::Rename;

// "Model.field" or "Model" → parts; the second one may be empty.
std::pair<std::string, std::string> split(std::string_view text) {
  const size_t dot = text.find('.');
  if (dot == text.npos) return {std::string(text), {}};
  return {std::string(text.substr(0, dot)), std::string(text.substr(dot + 1))};
}

class Namer {
 public:
  explicit Namer(const schema::Schema& schema) : schema_(schema) {}

  [[nodiscard]] std::string table(const std::string& name) const {
    const schema::Model* model = schema_.find_model(name);
    return model == nullptr ? name : model->table();
  }
  [[nodiscard]] std::string column(const std::string& table, const std::string& name) const {
    const schema::Model* model = schema_.find_table(table);
    const schema::Field* field = model == nullptr ? nullptr : model->find_field(name);
    return field == nullptr || field->db_name.empty() ? name : field->db_name;
  }

 private:
  const schema::Schema& schema_;
};

std::unexpected<Error> bad_choice(std::string_view option, const std::string& choice,
                                  std::string_view why) {
  return fail(ErrorCode::bad_config, fmt::format("{} {}: {}", option, choice, why));
}

// The table of `layout` that a model or table name means: its own name comes first, since a model
// that takes over a name may be what it is renamed to.
const TableDescription* find_table(const DatabaseDescription& layout, const Namer& namer,
                                   const std::string& name) {
  const TableDescription* found = layout.find_table(name);
  if (found == nullptr) found = layout.find_table(namer.table(name));
  if (found != nullptr) return found;
  const auto bare = std::ranges::find(layout.tables, name, [](const TableDescription& table) {
    return schema::split_name(table.name).name;
  });
  return bare == layout.tables.end() ? nullptr : &*bare;
}

result<Rename> parse_rename(const std::string& choice, const LayoutDiff& diff, const Namer& namer) {
  const size_t equals = choice.find('=');
  if (equals == choice.npos)
    return bad_choice("--rename", choice, "takes Model.old=new or OldModel=NewModel");
  const auto [owner, old] = split(std::string_view(choice).substr(0, equals));
  const std::string to = choice.substr(equals + 1);
  const TableDescription* table = find_table(*diff.from, namer, owner);
  if (table == nullptr)
    return bad_choice("--rename", choice, fmt::format("no table {} is there", owner));
  if (old.empty()) {
    const std::string name = namer.table(to);
    if (diff.to->find_table(name) == nullptr)
      return bad_choice("--rename", choice, fmt::format("the schema has no model {}", to));
    return Rename{table->name, {}, name};
  }
  const std::string column = namer.column(table->name, to);
  if (table->find_column(old) == nullptr)
    return bad_choice("--rename", choice, fmt::format("{} has no column {}", table->name, old));
  const TableDescription* wanted = diff.to->find_table(table->name);
  if (wanted == nullptr || wanted->find_column(column) == nullptr)
    return bad_choice("--rename", choice, fmt::format("the schema has no field {} there", to));
  return Rename{table->name, old, column};
}

void add(std::vector<Rename>& renames, const std::vector<Rename>& more) {
  for (const Rename& rename : more) {
    const bool is_taken = std::ranges::any_of(renames, [&](const Rename& other) {
      const bool same_place = other.column.empty() == rename.column.empty() &&
                              (rename.column.empty() || other.table == rename.table);
      return same_place && (other.to == rename.to ||
                            (other.table == rename.table && other.column == rename.column));
    });
    if (!is_taken) renames.push_back(rename);
  }
}

enum class About : uint8_t { tables, columns };

bool is_about(const std::string& choice, About about) {
  const size_t dot = std::min(choice.find('='), choice.size());
  const bool column = choice.substr(0, dot).find('.') != std::string::npos;
  return column == (about == About::columns);
}

result<void> add_declared(std::vector<Rename>& renames, const LayoutDiff& diff, const Namer& namer,
                          const std::vector<std::string>& choices, About about) {
  for (const std::string& choice : choices) {
    if (!is_about(choice, about)) continue;
    TRIVET_TRY(const Rename rename, parse_rename(choice, diff, namer));
    renames.push_back(rename);
  }
  return {};
}

std::vector<Rename> only(std::vector<Rename> renames, About about) {
  std::erase_if(renames, [&](const Rename& rename) {
    return rename.column.empty() != (about == About::tables);
  });
  return renames;
}

bool is_drop(const Rename& candidate, const std::vector<std::string>& drops, const Namer& namer) {
  return std::ranges::any_of(drops, [&](const std::string& drop) {
    const auto [owner, column] = split(drop);
    return column == candidate.column &&
           (owner == candidate.table || namer.table(owner) == candidate.table);
  });
}

}  // namespace

result<RenamedDiff> diff_with_renames(const store::sql::MigrationTarget& target,
                                      const LayoutPair& layouts, const schema::Schema& schema,
                                      const RenameChoices& choices) {
  const auto compare = [&](const std::vector<Rename>& renames) {
    return target.diff(layouts.from, layouts.to, renames);
  };
  const Namer namer(schema);
  std::vector<Rename> renames;
  LayoutDiff diff = compare({});
  const auto is_meant = [&](std::vector<Rename> found) {
    std::erase_if(found,
                  [&](const Rename& rename) { return is_drop(rename, choices.drops, namer); });
    return found;
  };
  TRIVET_CHECK(add_declared(renames, diff, namer, choices.renames, About::tables));
  add(renames, is_meant(only(store::sql::find_mapped_renames(diff, schema), About::tables)));
  diff = compare(renames);
  for (const Rename& rename : is_meant(store::sql::find_join_renames(diff)))
    renames.push_back(rename);
  diff = compare(renames);
  TRIVET_CHECK(add_declared(renames, diff, namer, choices.renames, About::columns));
  diff = compare(renames);
  add(renames, is_meant(only(store::sql::find_mapped_renames(diff, schema), About::columns)));
  RenamedDiff found;
  found.diff = compare(renames);
  found.undecided = is_meant(store::sql::find_rename_candidates(found.diff));
  return found;
}

std::string written(const Rename& rename) {
  return rename.column.empty() ? fmt::format("{}={}", rename.table, rename.to)
                               : fmt::format("{}.{}={}", rename.table, rename.column, rename.to);
}

}  // namespace trivet::app
