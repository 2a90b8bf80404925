"""Checks DAX and M with parsers of others: syntax, functions of DAX, and the names that a measure uses.

``pbi-parsers`` reads DAX as a tree. It knows no functions; Pygments does, whose lexer of DAX lists them. Of M only the
tokens are read, because the trees of all queries take 10 seconds; tests hand M to Microsoft's parser.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

from elt.powerbi.model.dax import dax
from elt.powerbi.model.semantic_model import SemanticModel

if TYPE_CHECKING:
    from pbi_parsers.dax.exprs import Expression

_QUOTED = re.compile(r"""\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'|\[(?:[^\]]|\]\])*\]""")
_APOSTROPHE, _BRACKET = "\ue000", "\ue001"
_ENDS = {"(": ")", "[": "]", "{": "}"}


def dax_problems(model: SemanticModel) -> Iterator[str]:
    """Yield what is wrong in the DAX of the measures, one line each."""
    if not __debug__:
        yield "Python runs with -O, and the parser of DAX needs its assertions; run the command without it"
        return
    for measure in model.measures:
        where, text = f"measure {measure.name!r}", dax(measure.formula)
        tree = _tree(text)
        if tree is None:
            yield f"{where}: its DAX cannot be read; look for a missing parenthesis, comma or operand in {text}"
        else:
            yield from (f"{where}: its DAX {problem}" for problem in _unknown(tree, model))


def m_problems(queries: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong in texts in M, by the names of their tables and expressions."""
    from pbi_parsers import pq

    for name, text in queries.items():
        expected: list[str] = []
        try:
            for token in pq.Lexer(text).scan():
                if token.text in _ENDS:
                    expected.append(_ENDS[token.text])
                elif token.text in _ENDS.values() and (not expected or expected.pop() != token.text):
                    raise ValueError(f"{token.text} closes nothing")  # noqa: TRY301
            if expected:
                raise ValueError(f"{expected[-1]} is missing")  # noqa: TRY301
        except ValueError as error:
            yield f"query of {name!r}: its M cannot be read ({error}): {text}"


@cache
def _tree(text: str) -> "Expression | None":
    """Return DAX as a tree, or None if it is wrong."""
    from pbi_parsers import dax as parser

    try:
        return parser.to_ast(_QUOTED.sub(lambda match: _plain(match[0]), text))
    # The parser asserts what must follow.
    except (ValueError, AssertionError):
        return None


def _plain(quoted: str) -> str:
    """Return a quoted name without the doubled quotes that the parser does not know; ``_name`` puts them back."""
    mark = {"'": ("''", _APOSTROPHE), "[": ("]]", _BRACKET)}.get(quoted[0])
    return quoted[0] + quoted[1:-1].replace(*mark) + quoted[-1] if mark else quoted


def _name(token: str) -> str:
    return token[1:-1].replace(_APOSTROPHE, "'").replace(_BRACKET, "]")


def _unknown(tree: "Expression", model: SemanticModel) -> Iterator[str]:
    """Yield the functions, tables, columns and measures of a tree that do not exist."""
    from pbi_parsers.dax import exprs

    for call in tree.find_all(exprs.FunctionExpression):
        if not _is_function(call.function_name()):
            yield f"calls {call.function_name()}, which is not a function of DAX"
    for reference in tree.find_all(exprs.MeasureExpression):
        if model.measure(_name(reference.name.text)) is None:
            yield f"names the measure {reference.name.text}, which does not exist"
    for node in tree.find_all((exprs.ColumnExpression, exprs.TableExpression, exprs.IdentifierExpression)):
        column = _name(node.column.text) if isinstance(node, exprs.ColumnExpression) else ""
        token = node.table.text if isinstance(node, exprs.ColumnExpression) else node.name.text
        if not token.startswith("'"):
            continue  # A variable.
        if model.table(_name(token)) is None:
            yield f"names the table {_name(token)!r}, which does not exist"
        elif column and model.column(_name(token), column) is None:
            yield f"names {_name(token)}[{column}], which does not exist"


@cache
def _is_function(name: str) -> bool:
    from pygments.lexers.dax import DaxLexer
    from pygments.token import Name

    return (Name.Function, name) in DaxLexer().get_tokens(name)
