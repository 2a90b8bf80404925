"""Redshift's SQL as PostgreSQL's: few rules, and a loud refusal of what Redshift would not take.

The rules look at code only: what stands in strings, quoted names and comments is left as it is.
"""

import re


class NotOfRedshiftError(ValueError):
    """PostgreSQL would take the statement, but Redshift would not, or the stand-in does not know it."""


_APART = re.compile(
    r"""'(?:[^'\\]|\\.|'')*'      # a string; a backslash escapes
      | "(?:[^"]|"")*"            # a quoted name
      | --[^\n]*                  # comments
      | /\*.*?\*/
      | \$(\w*)\$.*?\$\1\$        # a string between dollars""",
    re.VERBOSE | re.DOTALL,
)
_PARTS = r"year|quarter|month|week|day|hour|minute|second|millisecond|microsecond"

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"\b(dateadd|datediff)(\s*\(\s*)({_PARTS})(\s*,)", re.IGNORECASE), r"\1\2'\3'\4"),
    # Text of no given length has 256 bytes at most; a cast cuts off what is longer.
    (re.compile(r"\b(?:character\s+varying|varchar)\b(?!\s*\()|(?<=\bas )text\b", re.IGNORECASE), "varchar(256)"),
    (re.compile(r"\bwith\s+no\s+schema\s+binding\b", re.IGNORECASE), ""),
)
_OF_TABLES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\bdiststyle\s+(?:all|auto|even|key)\b", re.IGNORECASE), ""),
    (re.compile(r"\bdistkey\s*\(\s*\w+\s*\)", re.IGNORECASE), ""),
    (re.compile(r"\b(?:compound\s+|interleaved\s+)?sortkey\s*\([\w\s,]+\)", re.IGNORECASE), ""),
    (re.compile(r"\bencode\s+\w+", re.IGNORECASE), ""),
    (re.compile(r"\bbackup\s+(?:no|yes)\b", re.IGNORECASE), ""),
)
_CREATES_TABLE = re.compile(r"\s*create\s+(?:temp(?:orary)?\s+)?table\b", re.IGNORECASE)

_NOT_OF_REDSHIFT = {
    "a table with enforced or declared keys": r"\b(?:primary|foreign)\s+key\b|\bunique\s*\(",
    "an index": r"\bcreate\s+(?:unique\s+)?index\b",
    "RETURNING": r"\breturning\b",
    "ON CONFLICT": r"\bon\s+conflict\b",
    "DISTINCT ON": r"\bdistinct\s+on\b",
    "a filtered aggregate": r"\)\s*filter\s*\(",
    "LATERAL": r"\blateral\b",
    "a function of PostgreSQL": r"\b(?:string_agg|array_agg|every|generate_series|make_date|make_timestamp)\s*\(",
    "a function of the leader node": r"\b(?:substr|age|now)\s*\(|\bcurrent_timestamp\b|\blocaltime\b",
    "IS DISTINCT FROM": r"\bis\s+(?:not\s+)?distinct\s+from\b",
    "a list of values as a table": r"\b(?:from|join)\s*\(\s*values\b",
    "a type of PostgreSQL": r"::\s*(?:jsonb?|uuid|interval)\b|\btext\s*\[",
    "a statement that the stand-in does not know": r"^\s*(?:unload|vacuum|truncate|merge|do|listen|explain)\b",
}
_REFUSED = {why: re.compile(pattern, re.IGNORECASE) for why, pattern in _NOT_OF_REDSHIFT.items()}
_IN_SUBQUERY = re.compile(r"\bin\s*\(\s*select\b", re.IGNORECASE)
_FRAMED = re.compile(r"\b(?:sum|min|max|avg|count|first_value|last_value|nth_value)\s*\(", re.IGNORECASE)
_OVER = re.compile(r"\)\s*over\s*\(", re.IGNORECASE)


def as_postgres(sql: str) -> str:
    """Return a statement as PostgreSQL takes it.

    Raises:
        NotOfRedshiftError: If it has something that Redshift, or the stand-in, does not know.
    """
    bare = code_of(sql)
    for why, pattern in _REFUSED.items():
        if pattern.search(bare):
            raise NotOfRedshiftError(f"the stand-in refuses {why}")
    _refuse_several_columns(bare)
    _refuse_windows_without_frames(bare)
    rules = _RULES + (_OF_TABLES if _CREATES_TABLE.match(bare) else ())

    def rewritten(code: str) -> str:
        for pattern, replacement in rules:
            code = pattern.sub(replacement, code)
        return code

    parts, end = [], 0
    for apart in _APART.finditer(sql):
        parts += [rewritten(sql[end : apart.start()]), apart.group()]
        end = apart.end()
    return "".join([*parts, rewritten(sql[end:])])


def _refuse_several_columns(bare: str) -> None:
    """Refuse a subquery after IN with more than one column in its select list."""
    for start in _IN_SUBQUERY.finditer(bare):
        subquery = bare[start.end() : _end_of(bare, start.end())]
        columns = re.split(r"\bfrom\b", _without_inner(subquery), maxsplit=1, flags=re.IGNORECASE)[0]
        if "," in columns:
            raise NotOfRedshiftError("the stand-in refuses a subquery of several columns after IN")


def _refuse_windows_without_frames(bare: str) -> None:
    """Refuse an aggregate over an ordered window that names no frame of rows."""
    for start in _FRAMED.finditer(bare):
        over = _OVER.match(bare, _end_of(bare, start.end()))
        window = bare[over.end() : _end_of(bare, over.end())] if over else ""
        if re.search(r"\border\s+by\b", window, re.IGNORECASE) and not re.search(r"\brows\b", window, re.IGNORECASE):
            raise NotOfRedshiftError("the stand-in refuses an aggregate over an ordered window without a frame of rows")


def _end_of(code: str, start: int) -> int:
    """Return the place of the parenthesis that closes the one before a place."""
    depth = 1
    for mark in re.finditer(r"[()]", code[start:]):
        depth += 1 if mark[0] == "(" else -1
        if not depth:
            return start + mark.start()
    return len(code)


def _without_inner(code: str) -> str:
    """Return code without what is in parentheses."""
    while (bare := re.sub(r"\([^()]*\)", "", code)) != code:
        code = bare
    return code


def code_of(sql: str) -> str:
    """Return a statement without its comments, and with nothing in its strings."""

    def kept(apart: re.Match[str]) -> str:
        return {"'": "''", "$": "''", '"': apart[0]}.get(apart[0][0], " ")

    return _APART.sub(kept, sql).strip()
