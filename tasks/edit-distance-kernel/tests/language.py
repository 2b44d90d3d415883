"""The part of C that kernels are written in: no pointers, so none that leads astray.

What is left: integers, enumerations, arrays of one dimension and of stated size whose every use is
``NAME[index]``, and functions of integers that call those above them. In it no address can be
formed (arrays and functions are never named without ``[`` or ``(`` after them, there is no unary
``&``, no text, no pointer type), so that memory can be missed by an index alone, and indices are
checked at run time (`toolchain`). Without recursion the stack has a known depth.
"""

import re

_INTEGERS = {"int", "long", "short", "char", "unsigned", "signed"}
TYPES = frozenset(_INTEGERS | {"const", "static", "void", "inline"})
_FLOW = {"if", "else", "for", "while", "do", "break", "continue", "return", "switch", "case"}
WORDS = frozenset(TYPES | _FLOW | {"default", "goto", "enum"})
_STORAGE = {"auto", "extern", "register", "thread_local", "volatile", "restrict", "constexpr"}
_KINDS = {"bool", "double", "float", "complex", "imaginary", "struct", "union", "typedef"}
_ASKING = {"sizeof", "alignas", "alignof", "typeof", "typeof_unqual", "static_assert", "asm"}
FORBIDDEN = frozenset(_STORAGE | _KINDS | _ASKING | {"true", "false", "nullptr"})
MOST_FUNCTIONS = 64
INTEGER = re.compile(r"(?:0[xX][0-9a-fA-F]+|[0-9]+)(?:[uU]?[lL]{0,2}|[lL]{1,2}[uU])")

_TOKEN = re.compile(
    r"""(?P<blank>[ \t\n]+|//[^\n]*|/\*.*?\*/)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<number>[0-9][A-Za-z0-9_.]*)
    |(?P<char>'[^'\n]')
    |(?P<sign><<=|>>=|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[][(){};,:?=<>!~+*/%&|^-])""",
    re.VERBOSE | re.DOTALL,
)
_OTHER_SPELLINGS = ("<:", ":>", "<%", "%>", "%:", "??")  # of [ ] { } # and more

Token = tuple[str, str, int]  # kind, text, line


class NotAllowed(Exception):
    """The source is not in the language; the message says where and why."""


def check(source: str) -> None:
    """Raise `NotAllowed` for the first thing in the source that kernels may not use."""
    for line, text in enumerate(source.split("\n"), 1):
        odd = re.search(r"[^\t -~]", text)
        if odd:
            raise NotAllowed(f"line {line}: the character {odd[0]!a} (ASCII only)")
        for sign in ("\\", "#", '"', *_OTHER_SPELLINGS):
            if sign in text:
                raise NotAllowed(f"line {line}: {sign} (not even in a comment)")
    tokens = _tokens(source)
    _check_names(tokens)
    _check_neighbours(tokens)
    _check_functions(tokens)


def _tokens(source: str) -> list[Token]:
    found, at, line = [], 0, 1
    while at < len(source):
        match = _TOKEN.match(source, at)
        if match is None:
            raise NotAllowed(f"line {line}: {source[at]!a} begins nothing that is allowed")
        kind, text = str(match.lastgroup), match[0]
        if kind == "number" and not INTEGER.fullmatch(text):
            raise NotAllowed(f"line {line}: {text[:40]} is no integer")
        if kind != "blank":
            found.append((kind, text, line))
        line += text.count("\n")
        at = match.end()
    return found


def _check_names(tokens: list[Token]) -> None:
    """Arrays and functions are used with an index or a call alone; no word of C but `WORDS`."""
    followed: dict[str, set[str]] = {}
    for (kind, text, line), (_, following, _) in zip(tokens, [*tokens, _END][1:], strict=True):
        if kind == "name" and (text in FORBIDDEN or text.startswith("_")):
            raise NotAllowed(f"line {line}: the word {text[:40]}")
        if kind == "name" and text not in WORDS:
            followed.setdefault(text, set()).add(following if following in "[(" else "")
    for kind, text, line in tokens:
        uses = followed.get(text, {""}) if kind == "name" else {""}
        if len(uses) > 1:
            what = "an array" if "[" in uses else "a function"
            raise NotAllowed(
                f"line {line}: {text[:40]} is {what} here and something else elsewhere"
            )


_END: Token = ("sign", ";", 0)


def _groups(tokens: list[Token]) -> dict[int, str]:
    """Return for each ) what its parentheses are: a cast, the head of a statement, or a value."""
    found, open_at = {}, []
    for at, (_, text, line) in enumerate(tokens):
        if text == "(":
            open_at.append(at)
        elif text == ")":
            if not open_at:
                raise NotAllowed(f"line {line}: ) without (")
            start = open_at.pop()
            inside = {word for _, word, _ in tokens[start + 1 : at]}
            heads = ("if", "while", "for", "switch")
            head = start > 0 and tokens[start - 1][1] in heads
            found[at] = "head" if head else "cast" if inside and inside <= TYPES else "value"
    return found


def _check_neighbours(tokens: list[Token]) -> None:
    """No pointer types, no unary * or &, no index or call but of a name, no array of arrays."""
    groups = _groups(tokens)
    for at, (kind, text, line) in enumerate(tokens):
        before = tokens[at - 1] if at > 0 else _END
        after = tokens[at + 1] if at + 1 < len(tokens) else _END
        named = before[0] == "name" and before[1] not in WORDS
        closed = groups.get(at - 1, "")
        if kind == "sign" and text in ("*", "&", "&&") and not _ends_value(tokens, at - 1, groups):
            raise NotAllowed(f"line {line}: {text} without a value before it (no pointers)")
        if kind == "sign" and text == "[" and (not named or after[1] == "]"):
            raise NotAllowed(f"line {line}: [ must follow a name, with a size or an index in it")
        if text == "(" and (before[1] in TYPES or before[1] == "]" or closed in ("value", "head")):
            raise NotAllowed(f"line {line}: ( after {before[1]}")
        if text == "{" and before[1] in ("(", ","):
            raise NotAllowed(f"line {line}: {{ after {before[1]}")
        if text == "enum" and after[1] != "{":
            raise NotAllowed(f"line {line}: an enumeration with a name (write enum {{ ... }})")


def _ends_value(tokens: list[Token], at: int, groups: dict[int, str]) -> bool:
    """Whether a value ends with this token, so that an operator with two sides may follow."""
    if at < 0:
        return False
    kind, text, _ = tokens[at]
    if text in ("++", "--"):  # behind a value, or else before one
        return _ends_value(tokens, at - 1, groups)
    named = kind == "name" and text not in WORDS
    return named or kind in ("number", "char") or text == "]" or groups.get(at) == "value"


def _check_functions(tokens: list[Token]) -> None:
    """Functions take integers and call those above them alone: no recursion, no prototypes."""
    parentheses = braces = 0
    above: set[str] = set()
    current = ""  # the function whose head or body this is
    in_head = False
    for at, (kind, text, line) in enumerate(tokens):
        following = [token[1] for token in tokens[at + 1 : at + 3]] + ["", ""]
        parentheses += (text == "(") - (text == ")")
        braces += (text == "{") - (text == "}")
        name = kind == "name" and text not in WORDS
        declares = text in TYPES and following[0].isidentifier() and following[0] not in WORDS
        if parentheses and declares and following[1] in ("[", "("):
            raise NotAllowed(f"line {line}: {following[0][:40]}, declared inside parentheses")
        if name and following[0] == "(" and braces == 0 and parentheses == 0:
            current, in_head = text, True
        elif name and following[0] == "(" and text not in above:
            raise NotAllowed(f"line {line}: {text[:40]} is called, but not defined above")
        if text == ")" and parentheses == 0 and in_head:
            in_head = False
            if following[0] != "{":
                raise NotAllowed(f"line {line}: the head of {current[:40]} has no body after it")
        if text == "}" and braces == 0 and current:
            above.add(current)
            current = ""
    if len(above) > MOST_FUNCTIONS:
        raise NotAllowed(f"{len(above)} functions, more than {MOST_FUNCTIONS}")
