// Random schemas and rows.
#pragma once

#include "base/random.h"
#include "world.h"

namespace trivet::rules {

class SpecMaker {
 public:
  explicit SpecMaker(SeededRandom& random) : random_(random) {}

  [[nodiscard]] Spec make();
  [[nodiscard]] Caller caller(const Spec& spec);
  // A value for a field that isn't a key.
  [[nodiscard]] Cell cell(const FieldSpec& field);

 private:
  // What the rule at hand may use.
  struct Frame {
    int model = 0;              // whose rule it is
    bool creating = false;      // nothing refers to the row yet
    bool before = false;        // a post-update rule
    std::vector<int> scopes{};  // models; the last is the current element
    int depth = 0;
  };

  void add_fields(ModelSpec& model);
  void add_relation(int from, int to, bool required, bool unique);
  void add_many_to_many(int a, int b);
  void add_rules(int model);
  void add_field_rules(int model);
  RuleUse use(bool allow, Frame frame, std::set<Operation> operations);

  Rule condition(Frame& frame);
  Rule leaf(Frame& frame);
  Rule compare(Frame& frame);
  Rule null_test(Frame& frame);
  Rule relation_test(Frame& frame);
  Rule text_test(Frame& frame);
  Rule collection(Frame& frame);
  Rule check(Frame& frame);
  // To-one relations from a row in scope; `model` becomes that of the last row.
  Path chain(const Frame& frame, int& model, bool& nullable);
  Path auth_chain(int& model);
  bool usable(const Frame& frame, int scope, const End& end, bool first) const;
  bool value(const Frame& frame, Kind kind, Operand& to, bool& nullable);
  Operand other(const Frame& frame, Kind kind);
  int field_of(int model, Kind kind);

  uint64_t below(uint64_t bound) { return random_.below(bound); }
  bool chance(uint64_t percent) { return random_.below(100) < percent; }

  SeededRandom& random_;
  Spec spec_;
};

}  // namespace trivet::rules
