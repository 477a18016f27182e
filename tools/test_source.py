import unittest

import source


class StripTest(unittest.TestCase):
    def test_comments_and_literals_go_and_lines_stay(self):
        text = ('int a; // "x"\n/* {\n */ char b = \'{\'; auto s = "a\\"{b";\n'
                'auto r = R"x(\n}")x"; int n = 1\'000;\n')
        code = source.strip_cpp(text)
        self.assertEqual(code.count("\n"), text.count("\n"))
        self.assertNotIn("{", code)
        self.assertNotIn("}", code)
        self.assertIn("1'000", code)

    def test_include_paths_stay(self):
        self.assertIn('"base/error.h"', source.strip_cpp('#include "base/error.h"\n'))


class FunctionsTest(unittest.TestCase):
    def names(self, text):
        return [(name, lines) for name, _, lines in source.functions(text)]

    def test_free_function_counts_from_its_signature(self):
        text = "int f(int a,\n      int b) {\n  if (a) {\n    return b;\n  }\n  return 0;\n}\n"
        self.assertEqual(self.names(text), [("f", 7)])

    def test_line_of_a_later_function(self):
        self.assertEqual(source.functions("int a;\n\nint f() {\n}\n"), [("f", 3, 2)])

    def test_members_namespaces_and_classes(self):
        text = "namespace a::b {\nstruct C final : D {\n  int g() const { return 1; }\n  int x_{0};\n};\n}\n"
        self.assertEqual(self.names(text), [("g", 1)])

    def test_constructor_with_brace_initialisers(self):
        text = "C::C(int a, int b) noexcept\n    : base(a), x_{a}, y_{b} {\n  go();\n}\nint h() { return 2; }\n"
        self.assertEqual(self.names(text), [("C::C", 4), ("h", 1)])

    def test_lambdas_and_loops_count_within(self):
        text = "void f() {\n  auto l = [](int x) {\n    return x;\n  };\n  for (int i = 0; i < 3; ++i) {\n  }\n}\n"
        self.assertEqual(self.names(text), [("f", 7)])

    def test_tables_and_enums_are_no_functions(self):
        text = ('enum class E : int { a, b };\nconstexpr int t[] = {1, 2};\nstruct alignas(64) S {\n  int a;\n};\n'
                'std::array<int, 2> u{{1, 2}};\n')
        self.assertEqual(self.names(text), [])

    def test_operators_templates_and_trailing_types(self):
        text = ("template <class T = int>\nauto f(T t) -> result<T> {\n}\n"
                "bool operator==(const A& a, const A& b) {\n  return true;\n}\n"
                "void S::operator()(int) {\n}\n")
        self.assertEqual([lines for _, lines in self.names(text)], [3, 3, 2])


if __name__ == "__main__":
    unittest.main()
