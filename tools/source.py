"""What the tools know about the project's files: their names, C++ without comments and strings, function lengths."""
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent


def files(root=ROOT):
    """Every file of the work tree that git tracks or would track, as paths relative to root."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            cwd=root, check=True, capture_output=True).stdout.decode()
    return sorted(pathlib.PurePosixPath(p) for p in listed.split("\0") if p and (root / p).is_file())


# Raw strings first; then line and block comments, strings and character literals. 1'000 is a number, not a literal.
_NOISE = re.compile(r'R"([^()\\ ]{0,16})\(.*?\)\1"'
                    r'|//(?:[^\n\\]|\\.|\\\n)*'
                    r'|/\*.*?\*/'
                    r'|"(?:\\.|[^"\\\n])*"'
                    r"|(?<![0-9a-zA-Z_])'(?:\\.|[^'\\\n])+'", re.S)


def _blank(match):
    text = match.group(0)
    lines = "\n" * text.count("\n")
    if text.startswith("/"):
        return " " + lines
    return '""' + lines if text.endswith('"') else "' '"


def strip_cpp(text):
    """C++ text with comments gone and literals empty, line numbers kept. #include lines keep their paths."""
    out = []
    position = 0
    for match in _NOISE.finditer(text):
        line_start = text.rfind("\n", 0, match.start()) + 1
        is_include = re.match(r'\s*#\s*include\s*$', text[line_start:match.start()])
        out.append(text[position:match.start()])
        out.append(match.group(0) if is_include and match.group(0).startswith('"') else _blank(match))
        position = match.end()
    out.append(text[position:])
    return "".join(out)


_CONTAINER = re.compile(r'\b(namespace|class|struct|union|enum)\b|\bextern\s*""')
_TYPE = re.compile(r'\s*(class|struct|union|enum)\b')
_CONTROL = re.compile(r'\b(if|for|while|switch|catch|else|do|try)\b')


def _after_parameters(head):
    """What follows the last parameter list of a signature, or None when there is none."""
    depth = 0
    first_open = -1
    for i, c in enumerate(head):
        if c == "(":
            if depth == 0 and first_open < 0:
                first_open = i
            depth += 1
        elif c == ")":
            depth -= 1
            if depth == 0 and first_open > 0:
                rest = head[i + 1:]
                # operator()(…), noexcept(…), requires(…): the real list is a later one.
                if re.match(r'\s*\(', rest):
                    continue
                return rest
    return None


def _kind(head, inside):
    """What the brace after head opens: container, function, member (brace initialiser of a member), or block."""
    if inside == "function":
        return "block"
    head = re.sub(r'\[\[[^\]]*\]\]|\btemplate\s*<[^(){};]*>', " ", head).strip()
    rest = _after_parameters(head)
    is_operator = re.search(r'\boperator\s*[^\s\w(]*=+\s*\(', head)
    if rest is None or (re.search(r'(?<![=!<>+*/|&^-])=(?!=)', head.split("(")[0]) and not is_operator):
        return "container" if _CONTAINER.search(head) and not head.endswith("=") else "block"
    if _TYPE.match(head) and re.match(r'\s*(?!(const|noexcept|override)\b)(\w|:(?!:))', rest):
        return "container"
    if re.match(r'\s*(noexcept(\s*\([^)]*\))?\s*)?:(?!:)', rest) and re.search(r'[\w>]\s*$', rest):
        return "member"
    return "block" if _CONTROL.match(head) else "function"


def functions(text):
    """(name, first line, lines) of every function body in C++ text; lambdas count within their function."""
    directive = r'^[ \t]*#(?:[^\n\\]|\\\n|\\.)*'
    code = re.sub(directive, lambda m: "\n" * m.group(0).count("\n"), strip_cpp(text), flags=re.M)
    found = []
    stack = []  # (kind, name or None, first line)
    start = 0  # of the text since the last brace or semicolon
    seen = -1  # the start whose first character has been met
    line = first = 1
    for i, c in enumerate(code):
        if c == "\n":
            line += 1
        elif c == "{":
            head = code[start:i]
            inside = stack[-1][0] if stack else ""
            kind = _kind(head, inside)
            if kind == "block" and inside == "function":
                stack.append(("function", None, line))
            else:
                stack.append((kind, _name(head) if kind == "function" else None, first))
            if kind != "member":
                start = i + 1
        elif c == "}" and stack:
            kind, name, began = stack.pop()
            if name:
                found.append((name, began, line - began + 1))
            if kind != "member":
                start = i + 1
        elif c == ";" and code.count("(", start, i) <= code.count(")", start, i):
            start = i + 1
        elif seen != start and not c.isspace():
            seen = start
            first = line
    return found


def _name(head):
    names = re.findall(r'(~?[\w:]+|operator\s*[^\s(]+)\s*\(', head)
    return next((n for n in names if n not in ("noexcept", "requires", "decltype", "alignas", "explicit")), "?")
