"""Files stay small, finished and documented."""

import ast
import re

import pytest

from house.sources import SHIPPED, Source, sources

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
UNFINISHED = re.compile(r"\b(TODO|FIXME|NotImplementedError|inlineCallbacks)\b")
MAY_CATCH_ALL = re.compile(
    r"tinyice/(core/(?:hub|watchers)|net/(?:periodic|pulse)|\w+/spawn|work/\w+)\.py"
)

ALL = sources(*SHIPPED, "tests")
FINISHED = sources(*SHIPPED)


def each(files: tuple[Source, ...]) -> pytest.MarkDecorator:
    """Run a test once for each file."""
    return pytest.mark.parametrize("source", files, ids=lambda s: s.name)


@each(ALL)
def test_every_module_says_what_it_is_for(source: Source) -> None:
    """A file opens with a docstring."""
    assert ast.get_docstring(source.tree)


@each(FINISHED)
def test_one_idea_a_file(source: Source) -> None:
    """A file that grows too long is two files."""
    assert len(source.text.splitlines()) <= LONGEST_FILE


@each(FINISHED)
def test_functions_stay_small(source: Source) -> None:
    """A function that does not fit a screen is two functions."""
    too_long = [
        node.name
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= LONGEST_FUNCTION
    ]
    assert too_long == []


@each(FINISHED)
def test_nothing_is_left_for_later(source: Source) -> None:
    """What is in the tree is finished, and coroutines are ``async def``."""
    assert UNFINISHED.findall(source.text) == []


@each(FINISHED)
def test_errors_are_caught_by_name(source: Source) -> None:
    """Only the event hub, those who watch, background work and the workers may survive any error.

    Cleaning up and raising again is fine everywhere.
    """
    broad = [
        f"{source.name}:{node.lineno}"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ExceptHandler) and is_broad(node) and not raises_again(node)
    ]
    assert MAY_CATCH_ALL.fullmatch(source.name) or broad == []


def is_broad(handler: ast.ExceptHandler) -> bool:
    """Whether it catches what nobody named."""
    if handler.type is None:
        return True
    names = {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)}
    return bool(names & {"Exception", "BaseException"})


def raises_again(handler: ast.ExceptHandler) -> bool:
    """Whether it ends by raising what it caught."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None
