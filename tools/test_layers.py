import importlib.machinery
import importlib.util
import pathlib
import unittest


def load_tool(name):
    """A tool without .py at its end, as a module."""
    path = str(pathlib.Path(__file__).resolve().parent / name)
    loader = importlib.machinery.SourceFileLoader(name, path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


layers = load_tool("layers")


class LayersTest(unittest.TestCase):
    def rules(self, path, text):
        return [rule for rule, *_ in layers.check_file(path, text)]

    def test_lower_and_own_are_allowed(self):
        text = '#include "store/b.h"\n#include "base/error.h"\n#include <vector>\n'
        self.assertEqual(self.rules("store/a.cpp", text), [])

    def test_higher_and_sideways_are_refused(self):
        self.assertEqual(self.rules("store/a.cpp", '#include "engine/engine.h"\n'), ["layer"])
        self.assertEqual(self.rules("http/a.cpp", '#include "store/store.h"\n'), ["layer"])

    def test_a_commented_include_is_none(self):
        self.assertEqual(self.rules("store/a.cpp", '// #include "engine/engine.h"\n'), [])

    def test_paths_are_written_from_src(self):
        self.assertEqual(self.rules("store/a.cpp", '#include "b.h"\n#include "sqlite3.h"\n'), ["include-path"] * 2)

    def test_coroutine_type_is_named_once(self):
        text = "using t = boost::asio::awaitable<int>;\n"
        self.assertEqual(self.rules("base/task.h", text), [])
        self.assertEqual(self.rules("engine/a.h", text), ["awaitable"])

    def test_sockets_only_in_net_and_drivers(self):
        text = "#include <boost/asio/ip/tcp.hpp>\n"
        self.assertEqual(self.rules("net/a.h", text), [])
        self.assertEqual(self.rules("store/sqlite/a.h", text), [])
        self.assertEqual(self.rules("http/a.h", text), ["sockets"])

    def test_codecs_and_planner_never_suspend(self):
        for path in ("http/h1/a.cpp", "value/a.h", "engine/plan/a.cpp", "engine/policy/b.h", "store/sql/c.cpp"):
            self.assertEqual(self.rules(path, "task<int> f() { co_await g(); }\n"), ["suspends"], path)
        self.assertEqual(self.rules("engine/execute/a.cpp", "task<int> f() { co_return 1; }\n"), [])

    def test_a_folder_without_number(self):
        found = layers.check_tree([pathlib.PurePosixPath("src/common/a.h")], lambda p: "")
        self.assertEqual([rule for rule, *_ in found], ["layer"])


if __name__ == "__main__":
    unittest.main()
