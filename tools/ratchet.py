"""Exceptions that may only shrink: tools/ratchet.txt, lines of `rule path number`.

A file may break a rule as far as its line says. Better than the line is an error too, so that the line is lowered or
removed at once and nobody can slip back.
"""
import pathlib

FILE = pathlib.Path(__file__).resolve().parent / "ratchet.txt"


def load(text=None):
    allowed = {}
    for line in (FILE.read_text() if text is None else text).splitlines():
        words = line.split("#")[0].split()
        if words:
            rule, path, number = words
            allowed[rule, path] = int(number)
    return allowed


def judge(findings, allowed, rules):
    """Errors left of findings [(rule, path, number, message)] and exceptions that are too wide, for the given rules."""
    worst = {}
    for rule, path, number, message in findings:
        if number > worst.get((rule, path), (-1, ""))[0]:
            worst[rule, path] = (number, message)
    errors = []
    for rule, path, number, message in findings:
        if number > allowed.get((rule, path), -1):
            errors.append(f"{path}: {message} [{rule}]")
    for (rule, path), limit in allowed.items():
        if rule in rules:
            now = worst.get((rule, path), (0, ""))[0]
            if now < limit:
                advice = f"lower it to {now}" if now else "remove it"
                errors.append(f"tools/ratchet.txt: `{rule} {path} {limit}` is wider than needed; {advice}")
    return errors
