// Writes rows into one table of the target, and reads them back: what the target keeps otherwise than
// it was given is an error that names row and field. Stateless; any thread.
#pragma once

#include <span>
#include <vector>

#include "app/move/page.h"

namespace trivet::app {

// A pair of an implicit many-to-many relation.
struct LinkPair {
  Value a;
  Value b;
};

class RowWriter {
 public:
  // All outlive the writer.
  RowWriter(store::Store& target, const SchemaPair& pair, const Table& table)
      : target_(target),
        pair_(pair),
        table_(table),
        reader_(target, pair, table, Side::target, With::columns) {}

  // New rows. All of them, or an error and perhaps some of them.
  [[nodiscard]] result<void> insert(std::span<const PageRow* const> rows) const;
  // These rows, with their pairs in every relation; their links must have been read.
  [[nodiscard]] result<void> remove(std::span<const PageRow* const> rows) const;
  [[nodiscard]] result<void> link(const LinkEnd& end, std::span<const LinkPair> pairs) const;
  [[nodiscard]] result<void> unlink(const LinkEnd& end, std::span<const LinkPair> pairs) const;

 private:
  using Rows = std::span<const PageRow* const>;
  [[nodiscard]] result<void> write(Rows rows) const;
  [[nodiscard]] result<void> run(store::Program program, const store::Params& params) const;
  [[nodiscard]] store::Program program() const;
  [[nodiscard]] store::Step insert_step() const;
  [[nodiscard]] result<void> link_step(store::StepKind kind, const LinkEnd& end,
                                       std::span<const LinkPair> pairs) const;
  [[nodiscard]] std::string find_fault(const PageRow& row) const;
  [[nodiscard]] result<void> check_kept(Rows rows) const;
  [[nodiscard]] std::unexpected<Error> not_kept(const PageRow& given, const PageRow& kept) const;
  [[nodiscard]] const std::string& field_name(size_t column) const;

  store::Store& target_;
  const SchemaPair& pair_;
  const Table& table_;
  PageReader reader_;
};

}  // namespace trivet::app
