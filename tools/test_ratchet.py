import unittest

import ratchet


class RatchetTest(unittest.TestCase):
    def judge(self, findings, text):
        return ratchet.judge(findings, ratchet.load(text), {"size"})

    def test_a_finding_without_exception_is_an_error(self):
        self.assertEqual(self.judge([("size", "a", 90, "90 lines")], ""), ["a: 90 lines [size]"])

    def test_an_exception_covers_up_to_its_number(self):
        self.assertEqual(self.judge([("size", "a", 90, "")], "size a 90  # why\n"), [])
        self.assertEqual(len(self.judge([("size", "a", 91, "")], "size a 90\n")), 1)

    def test_a_wide_or_needless_exception_is_an_error(self):
        self.assertIn("lower it to 80", self.judge([("size", "a", 80, "")], "size a 90\n")[0])
        self.assertIn("remove it", self.judge([], "size a 90\n")[0])

    def test_exceptions_of_another_tool_are_left_to_it(self):
        self.assertEqual(self.judge([], "other a 90\n"), [])


if __name__ == "__main__":
    unittest.main()
