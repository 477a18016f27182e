#include "store/evaluate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace trivet::store {
namespace {

class EvaluateTest : public ::testing::Test {
 protected:
  schema::Schema schema_;
  Arena arena_;
  std::vector<Value> params_;

  Expr param(Value value, Type type, bool list = false) {
    params_.push_back(value);
    Expr expr = make_param(static_cast<int>(params_.size()) - 1, type);
    expr.is_list = list;
    return expr;
  }
  Expr text(std::string_view value) { return param(Value::text(value), Type::text); }
  Expr json(std::string_view value) { return param(Value::json(value), Type::jsonb); }
  Expr null(Type type) { return param(Value(), type); }
  Expr list(std::vector<Value> values, Type type) {
    return param(arena_.copy_list(values), type, true);
  }

  // "t", "f", "n" or the error's code.
  std::string outcome(const Expr& expr) {
    const auto value = evaluate({schema_, params_, nullptr, arena_}, expr, {});
    if (!value) return std::string(error_code_info(value.error().code).text);
    return value->is_null() ? "n" : value->as_boolean() ? "t" : "f";
  }
  std::string of(Op op, Expr left, Expr right) {
    return outcome(make_binary(op, std::move(left), std::move(right)));
  }
};

TEST_F(EvaluateTest, NullIsUnknownInEveryComparison) {
  for (Op op : {Op::eq, Op::ne, Op::lt, Op::le, Op::gt, Op::ge, Op::like, Op::contains}) {
    EXPECT_EQ(of(op, null(Type::text), text("a")), "n");
    EXPECT_EQ(of(op, text("a"), null(Type::text)), "n");
  }
  EXPECT_EQ(of(Op::is_distinct, null(Type::text), null(Type::text)), "f");
  EXPECT_EQ(of(Op::is_distinct, null(Type::text), text("a")), "t");
}

TEST_F(EvaluateTest, InKnowsEmptyListsAndNulls) {
  const Value a = Value::integer(1);
  EXPECT_EQ(of(Op::in, null(Type::int4), list({}, Type::int4)), "f");
  EXPECT_EQ(of(Op::in, null(Type::int4), list({a}, Type::int4)), "n");
  EXPECT_EQ(of(Op::in, param(a, Type::int4), list({Value(), a}, Type::int4)), "t");
  EXPECT_EQ(of(Op::in, param(Value::integer(2), Type::int4), list({Value(), a}, Type::int4)), "n");
  EXPECT_EQ(of(Op::in, param(a, Type::int4), null(Type::int4)), "n");
}

TEST_F(EvaluateTest, LogicIsThreeValued) {
  const Expr unknown = make_binary(Op::eq, null(Type::int4), null(Type::int4));
  Expr no;
  no.op = Op::always_false;
  const Expr yes;
  EXPECT_EQ(outcome(make_and({unknown, no})), "f");
  EXPECT_EQ(outcome(make_and({unknown, yes})), "n");
  EXPECT_EQ(outcome(make_or({unknown, yes})), "t");
  EXPECT_EQ(outcome(make_or({unknown, no})), "n");
  EXPECT_EQ(outcome(make_unary(Op::not_, unknown)), "n");
  EXPECT_EQ(outcome(make_unary(Op::is_unknown, unknown)), "t");
  EXPECT_EQ(outcome(make_unary(Op::is_true, unknown)), "f");
}

TEST_F(EvaluateTest, TextMatchesByCodePointAndFoldsByUnicode) {
  EXPECT_EQ(of(Op::like, text("a_b"), text("a\\_b")), "t");
  EXPECT_EQ(of(Op::like, text("axb"), text("a\\_b")), "f");
  EXPECT_EQ(of(Op::ilike, text("ÄPFEL"), text("äpfel")), "t");
  EXPECT_EQ(of(Op::like, text("x"), text("x\\")), "22025");
  EXPECT_EQ(of(Op::icontains, text("ÄPFEL"), text("pfe")), "t");
  EXPECT_EQ(of(Op::regex, text("ab"), text("(")), "2201B");
  EXPECT_EQ(of(Op::iregex, text("xAy"), text("^xa")), "t");
}

TEST_F(EvaluateTest, NumbersCompareByValueAcrossKinds) {
  EXPECT_EQ(of(Op::eq, param(Value::numeric("1.50"), Type::numeric),
               param(Value::numeric("1.5"), Type::numeric)),
            "t");
  EXPECT_EQ(
      of(Op::lt, param(Value::integer(2), Type::int4), param(Value::numeric("10"), Type::numeric)),
      "t");
  EXPECT_EQ(of(Op::gt, param(Value::floating(std::nan("")), Type::float8),
               param(Value::floating(1e300), Type::float8)),
            "t");
}

TEST_F(EvaluateTest, ListsAndJsonContain) {
  const Value a = Value::integer(1);
  const Value b = Value::integer(2);
  EXPECT_EQ(of(Op::contains_all, list({a, b}, Type::int4), list({b}, Type::int4)), "t");
  EXPECT_EQ(of(Op::contains_all, list({a, b}, Type::int4), list({Value()}, Type::int4)), "f");
  EXPECT_EQ(of(Op::contained_by, list({}, Type::int4), list({a}, Type::int4)), "t");
  EXPECT_EQ(of(Op::overlaps, list({a}, Type::int4), list({}, Type::int4)), "f");
  EXPECT_EQ(of(Op::contains_all, json("{\"a\": [1, 2]}"), json("{\"a\": [2]}")), "t");
  EXPECT_EQ(of(Op::contained_by, json("[1]"), json("[2, 1]")), "t");
}

TEST_F(EvaluateTest, JsonPathsEndInNullOrAValue) {
  Expr get = make_unary(Op::json_get_text, json("{\"a\": null, \"b\": [5]}"));
  get.type = Type::text;
  get.key = "a";
  EXPECT_EQ(outcome(make_unary(Op::is_null, get)), "t");
  get.op = Op::json_get;
  EXPECT_EQ(outcome(make_unary(Op::is_null, get)), "f");
  get.key = "c";
  EXPECT_EQ(outcome(make_unary(Op::is_null, get)), "t");
}

}  // namespace
}  // namespace trivet::store
