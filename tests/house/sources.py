"""The project's own Python files, read for the tests of the house."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
SHIPPED = ("tinyice", "twisted", "bench")


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file: ``name`` is its path inside the project."""

    name: str
    text: str

    @property
    def tree(self) -> ast.Module:
        """The file as a syntax tree."""
        return ast.parse(self.text, self.name)

    @property
    def unit(self) -> str:
        """The package or module right under its top folder, for example ``wire``."""
        return self.name.split("/")[1].removesuffix(".py")


@dataclass(frozen=True, slots=True)
class Import:
    """An imported module, with the first name taken from it where there is one."""

    module: str
    line: int
    in_function: bool


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """Every Python file under ``folders`` of the project."""
    paths = sorted(path for folder in folders for path in (PROJECT / folder).rglob("*.py"))
    return tuple(Source(str(p.relative_to(PROJECT)), p.read_text("utf-8")) for p in paths)


def imports(source: Source) -> Iterator[Import]:
    """Every import of ``source``, in functions and for type checkers too.

    ``from a import b`` gives ``a.b``, which is enough to know what it touches.
    """
    yield from _imports(source.tree, in_function=False)


def _imports(node: ast.AST, *, in_function: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(a.name, child.lineno, in_function) for a in child.names)
        elif isinstance(child, ast.ImportFrom):
            base = "." * child.level + (child.module or "")
            yield from (Import(f"{base}.{a.name}", child.lineno, in_function) for a in child.names)
        else:
            deeper = in_function or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
            yield from _imports(child, in_function=deeper)


def is_within(module: str, package: str) -> bool:
    """Whether ``module`` is ``package`` or lies in it."""
    return module == package or module.startswith(f"{package}.")
