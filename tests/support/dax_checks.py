"""Checks the DAX of a model with parsers of others: its syntax, its functions, and the names that it uses.

``pbi-parsers`` reads DAX as a tree. It knows no functions; Pygments does, whose lexer of DAX lists them.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from elt.powerbi.model.dax import dax
from elt.powerbi.model.semantic_model import SemanticModel

if TYPE_CHECKING:
    from pbi_parsers.dax.exprs import Expression

_QUOTED = re.compile(r"""\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'|\[(?:[^\]]|\]\])*\]""")
_APOSTROPHE, _BRACKET = "\ue000", "\ue001"


def dax_problems(model: SemanticModel) -> Iterator[str]:
    """Yield what is wrong in the DAX of the measures, one line each."""
    for measure in model.measures:
        where, text = f"measure {measure.name!r}", dax(measure.formula)
        tree = _tree(text)
        if tree is None:
            yield f"{where}: its DAX cannot be read; look for a missing parenthesis, comma or operand in {text}"
        else:
            yield from (f"{where}: its DAX {problem}" for problem in _unknown(tree, model))


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
