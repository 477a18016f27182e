import unittest

from test_layers import load_tool

tidy = load_tool("tidy")


class TidyTest(unittest.TestCase):
    def text(self, path, text):
        return [rule for rule, *_ in tidy.check_text(path, text)]

    def cpp(self, path, text):
        return [rule for rule, *_ in tidy.check_cpp(path, text)[0]]

    def test_white_space(self):
        self.assertEqual(self.text("src/a.cpp", "int a;\n"), [])
        self.assertEqual(self.text("src/a.cpp", "\tint a; \nint b;"), ["white-space"] * 3)

    def test_columns_count_characters(self):
        self.assertEqual(self.text("src/a.cpp", "é" * 140 + "\n"), [])
        self.assertEqual(self.text("src/a.cpp", "é" * 141 + "\n"), ["columns"])
        self.assertEqual(self.text("docs/a.md", "é" * 400 + "\n"), [])

    def test_length_of_a_file(self):
        self.assertEqual(self.text("src/a.cpp", "\n" * 800), [])
        self.assertEqual(self.text("src/a.cpp", "\n" * 801), ["file-lines"])

    def test_unfinished(self):
        self.assertEqual(self.text("src/a.cpp", "// TO" "DO: later\n"), ["unfinished"])

    def test_length_of_a_function(self):
        self.assertEqual(self.cpp("src/a.cpp", "void f() {\n" + "  g();\n" * 68 + "}\n"), [])
        self.assertEqual(self.cpp("src/a.cpp", "void f() {\n" + "  g();\n" * 69 + "}\n"), ["function-lines"])

    def test_header(self):
        self.assertEqual(self.cpp("src/a.h", "// What for.\n#pragma once\n"), [])
        self.assertEqual(self.cpp("src/a.h", "int a;\n"), ["header"] * 2)

    def test_banned_words(self):
        self.assertEqual(self.cpp("src/a.cpp", "thread_local int x;\nstd::regex r;\n// thread_local\n"),
                         ["thread-local", "std-regex"])

    def test_coroutine_lambdas_capture_nothing(self):
        self.assertEqual(self.cpp("src/a.cpp", "auto f = [this](int a) -> task<void> { co_return; };\n"),
                         ["coroutine-capture"])
        self.assertEqual(self.cpp("src/a.cpp", "auto f = [](int a) -> task<void> { co_return; };\n"), [])

    def test_folders(self):
        many = {f"src/base/f{i}.h" for i in range(26)} | {"src/base/README.md"}
        self.assertEqual([f[0] for f in tidy.check_folders(many)], ["folder-files"])
        beside = {f"src/base/f{i}_test.cpp" for i in range(40)} | {"src/base/a.h", "src/base/README.md"}
        self.assertEqual(tidy.check_folders(beside), [])
        self.assertEqual([f[0] for f in tidy.check_folders({"src/base/a.h"})], ["readme"])
        self.assertEqual([f[0] for f in tidy.check_folders({"src/a/b/c/d/e.h", "src/a/README.md"})], ["depth"])


if __name__ == "__main__":
    unittest.main()
