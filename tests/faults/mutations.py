"""Makes mutants of a room: edits of one place of a file, by the rules of mutmut and a few more.

The rules of mutmut change operators, numbers, strings, arguments and assignments. Here are more: a call whose result is
not used, a ``raise`` or a ``yield`` is removed; ``return x`` returns None; a condition is negated.

Never edited, because it does not matter at run time: annotations, docstrings, ``__all__``, type variables, blocks of
TYPE_CHECKING, the type in ``cast``; nor the wording of a ``raise`` (its arguments are).
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst
import libcst.matchers as m
from ledger import ROOT
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper
from mutmut.mutation.mutators import mutation_operators, operator_string


@dataclass(frozen=True)
class Mutant:
    """One edit of a file: the lines before and after it, and the whole text."""

    file: str
    line: int
    function: str
    old: str
    new: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.function}\n    - {self.old}\n    + {self.new}"


class Edits(cst.CSTVisitor):
    """Collects the edits of a module as (function, start byte, length, old node, new node)."""

    METADATA_DEPENDENCIES = (ByteSpanPositionProvider,)

    def __init__(self) -> None:
        self.edits: list[tuple[str, int, int, cst.CSTNode, cst.CSTNode]] = []
        self._names: list[str] = []
        self._raises = 0

    def on_visit(self, node: cst.CSTNode) -> bool:
        """Collect the edits of one node; False where nothing inside may be edited."""
        if _is_not_run(node):
            return False
        if isinstance(node, cst.ClassDef | cst.FunctionDef):
            self._names.append(node.name.value)
        self._raises += isinstance(node, cst.Raise)
        span = self.get_metadata(ByteSpanPositionProvider, node, None)
        if span is not None:
            for new in _edits(node, wording=self._raises > 0):
                self.edits.append((".".join(self._names), span.start, span.length, node, new))
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        """Leave a function, a class or a raise."""
        if isinstance(original_node, cst.ClassDef | cst.FunctionDef):
            self._names.pop()
        self._raises -= isinstance(original_node, cst.Raise)


def _is_not_run(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.If):
        return m.matches(node.test, m.Name("TYPE_CHECKING"))
    if isinstance(node, cst.Assign):
        return m.matches(node.targets[0].target, m.Name("__all__"))
    return isinstance(node, cst.Annotation | cst.TypeAlias) or m.matches(node, m.Call(m.Name("TypeVar")))


def _edits(node: cst.CSTNode, *, wording: bool) -> Iterator[cst.CSTNode]:
    for kind, operator in mutation_operators:
        if isinstance(node, kind) and not (wording and operator is operator_string):
            yield from _without_types(node, operator(node))
    if isinstance(node, cst.Raise) or m.matches(node, m.Expr(m.Call() | m.Yield())):
        yield cst.Pass()
    if isinstance(node, cst.Return) and node.value is not None and not m.matches(node.value, m.Name("None")):
        yield node.with_changes(value=cst.Name("None"))
    if isinstance(node, cst.If | cst.While | cst.CompIf) and not isinstance(node.test, cst.UnaryOperation):
        test = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        yield node.with_changes(test=cst.UnaryOperation(cst.Not(), test))


def _without_types(node: cst.CSTNode, edits: Iterator[cst.CSTNode]) -> Iterator[cst.CSTNode]:
    if not m.matches(node, m.Call(m.Name("cast"))):
        yield from edits
        return
    for edit in edits:
        if len(edit.args) == 2 and edit.args[0] is node.args[0]:
            yield edit


def mutants(room: str) -> list[Mutant]:
    """Return all mutants of a room that compile, without doubles."""
    result: dict[tuple[str, str], Mutant] = {}
    for path in sorted((ROOT / room).rglob("*.py")):
        file, source = str(path.relative_to(ROOT)), path.read_bytes()
        wrapper = MetadataWrapper(cst.parse_module(source))
        visitor = Edits()
        wrapper.visit(visitor)
        for function, start, length, node, new in visitor.edits:
            if source[start : start + length].decode() == wrapper.module.code_for_node(node):
                inserted = wrapper.module.code_for_node(new).encode()
                text = (source[:start] + inserted + source[start + length :]).decode()
            else:
                text = wrapper.module.deep_replace(node, new).code
            if text == source.decode() or not _compiles(text):
                continue
            line, old_lines, new_lines = _changed(source.decode().splitlines(), text.splitlines())
            result.setdefault((file, text), Mutant(file, line, function, old_lines, new_lines, text))
    return list(result.values())


def _compiles(text: str) -> bool:
    try:
        compile(text, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def _changed(old: list[str], new: list[str]) -> tuple[int, str, str]:
    first = next(i for i in range(len(old) + 1) if old[i : i + 1] != new[i : i + 1])
    last = next(i for i in range(len(old) + 1) if i == min(len(old), len(new)) - first or old[-1 - i] != new[-1 - i])
    return first + 1, *(" ".join(" ".join(x[first : len(x) - last]).split()) for x in (old, new))


def sample(all_mutants: list[Mutant], count: int, seed: int) -> list[Mutant]:
    """Return the mutants whose hashes with the seed are the lowest, in the order of the files; all if count is 0."""
    seen: Counter[tuple[str, ...]] = Counter()
    ranks = []
    for mutant in all_mutants:
        key = (mutant.file, mutant.function, mutant.old, mutant.new)
        seen[key] += 1
        ranks.append((hashlib.sha256(repr((seed, *key, seen[key])).encode()).digest(), mutant))
    chosen = [mutant for _, mutant in sorted(ranks, key=lambda rank: rank[0])[: count or None]]
    return sorted(chosen, key=lambda mutant: (mutant.file, mutant.line))
