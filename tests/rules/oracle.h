// What an operation must answer, found by trying: rows one by one, rules by the interpreter.
#pragma once

#include <functional>

#include "make_spec.h"

namespace trivet::rules {

struct Expected {
  std::set<std::string> refusals;  // codes that it may be refused with; one of them, if any
  std::string answer;              // else exactly this
  World after;
  // Fields with rules that the request names: where no row could pass one, naming it is refused too.
  std::set<std::pair<int, int>> read_fields;
  std::set<std::pair<int, int>> set_fields;
};

struct Request {
  std::string json;
  Expected expected;
};

class RequestMaker {
 public:
  RequestMaker(const Spec& spec, SpecMaker& values, SeededRandom& random)
      : spec_(spec), values_(values), random_(random) {}

  [[nodiscard]] Request make(const World& world, const Caller& caller);
  // A new row with keys that lead somewhere, or to null where they may.
  [[nodiscard]] Row row(const World& world, int model, int64_t id);

 private:
  using Holds = std::function<Tri(const Interpreter&, const Row&)>;
  using Render = std::function<std::string(const Interpreter&, const Row&)>;
  struct Filter {
    std::string json;
    Holds holds;
  };
  struct Selection {
    std::string json;
    Render render;
  };

  void read();
  void aggregate(int model);
  void create();
  void update();
  void upsert();
  void remove();
  bool add_child(int model, const Row& parent, std::string& json);

  Filter filter(int model, int depth);
  Filter comparison(int model);
  Filter exists(int model, int depth);
  Selection selection(int model, int depth);

  void name_field(int model, int field, bool set = false);
  void need(int model, Operation operation);  // closed: refused
  void refuse(const std::string& code) { made_.expected.refusals.insert(code); }
  void check_data();
  void check_created(int model, const Row& row);
  // What the answer of a write shows.
  void answer_written(int model, const Selection& shown, const std::vector<int64_t>& ids,
                      bool returns);
  std::vector<int64_t> matching(int model, const Filter* filter, Operation operation) const;
  void erase(int model, int64_t id);
  std::string row_json(int model, const Row& row, const std::set<int>* only = nullptr) const;

  [[nodiscard]] Interpreter now() const { return {spec_, made_.expected.after, *caller_}; }
  uint64_t below(uint64_t bound) { return random_.below(bound); }
  bool chance(uint64_t percent) { return random_.below(100) < percent; }

  const Spec& spec_;
  SpecMaker& values_;
  SeededRandom& random_;
  const Caller* caller_ = nullptr;
  Request made_;
};

}  // namespace trivet::rules
