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
    (re.compile(r"\b(?:character\s+varying|varchar)\b(?!\s*\()", re.IGNORECASE), "varchar(256)"),
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
    "a function of PostgreSQL": r"\b(?:string_agg|array_agg|generate_series|make_date|make_timestamp)\s*\(",
    "a type of PostgreSQL": r"::\s*(?:jsonb?|uuid|interval)\b|\btext\s*\[",
    "a statement that the stand-in does not know": r"^\s*(?:unload|vacuum|truncate|merge|do|listen|explain)\b",
}
_REFUSED = {why: re.compile(pattern, re.IGNORECASE) for why, pattern in _NOT_OF_REDSHIFT.items()}


def as_postgres(sql: str) -> str:
    """Return a statement as PostgreSQL takes it.

    Raises:
        NotOfRedshiftError: If it has something that Redshift, or the stand-in, does not know.
    """
    bare = code_of(sql)
    for why, pattern in _REFUSED.items():
        if pattern.search(bare):
            raise NotOfRedshiftError(f"the stand-in refuses {why}")
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


def code_of(sql: str) -> str:
    """Return a statement without its comments, and with nothing in its strings."""

    def kept(apart: re.Match[str]) -> str:
        return {"'": "''", "$": "''", '"': apart[0]}.get(apart[0][0], " ")

    return _APART.sub(kept, sql).strip()
