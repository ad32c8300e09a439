"""The parts of docs/performance.md that measurements write themselves."""

from pathlib import Path


class BlockMissingError(Exception):
    """The document has no block of that name."""


def rewrite_block(document: str, name: str, text: str) -> str:
    """Put ``text`` between the marks of block ``name``; everything else stays.

    The marks are ``<!-- name:begin -->`` and ``<!-- name:end -->``, each on its line.
    """
    begin, end = f"<!-- {name}:begin -->\n", f"<!-- {name}:end -->\n"
    before, found_begin, rest = document.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise BlockMissingError(f"no block {name!r} to write into")
    return f"{before}{begin}{text}\n{end}{after}"


def rewrite_file(path: Path, name: str, text: str) -> None:
    """Put ``text`` into block ``name`` of the document at ``path``."""
    path.write_text(rewrite_block(path.read_text("utf-8"), name, text), "utf-8")
