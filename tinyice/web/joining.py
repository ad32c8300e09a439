"""Modules of a page as one script: itself, and before it what it imports.

Scripts are kept one idea a file, and a page of twenty files would be twenty
requests. So that the names of one file stay its own, each becomes a function
that gives what it exports. Our files keep to the few forms of ``import`` and
``export`` that are understood here.
"""

import re
from collections.abc import Mapping
from pathlib import PurePath

_IMPORT = re.compile(r'^import (?:\{([^}]*)\} from )?"\./([\w.-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE)
_NOT_UNDERSTOOD = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def joined(entry: str, modules: Mapping[str, str]) -> str:
    """The script that does what ``entry`` does; ``modules`` has the sources by name.

    Raises ``ValueError`` for what is not understood, and for modules that import
    each other in a circle.
    """
    parts: dict[str, str] = {}
    _put(entry, modules, parts, ())
    return "\n".join(parts.values())


def _put(
    name: str, modules: Mapping[str, str], parts: dict[str, str], way: tuple[str, ...]
) -> None:
    if name in way:
        raise ValueError(f"{' > '.join((*way, name))}: a circle of imports")
    if name in parts:
        return
    source = modules[name]
    for _, imported in _IMPORT.findall(source):
        _put(imported, modules, parts, (*way, name))
    parts[name] = _as_function(name, source)


def _as_function(name: str, source: str) -> str:
    exports = _EXPORT.findall(source)
    body = _EXPORT.sub("", _IMPORT.sub(_taken, source))
    left = _NOT_UNDERSTOOD.search(body)
    if left is not None:
        raise ValueError(f"{name}: {left[0]!r} is not understood")
    gives = f"return {{ {', '.join(exports)} }};\n" if exports else ""
    return f"// {name}\nconst {_variable(name)} = (() => {{\n{body}{gives}}})();\n"


def _taken(found: re.Match[str]) -> str:
    """What stands in place of an import."""
    if found[1] is None:
        return ""
    names = re.sub(r"\s+as\s+", ": ", found[1])
    return f"const {{{names}}} = {_variable(found[2])};\n"


def _variable(name: str) -> str:
    return "$" + PurePath(name).stem.replace("-", "_")
