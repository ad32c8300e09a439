"""Modules as one script: their order, their names, and what is not understood."""

import re
import subprocess
from pathlib import Path

import pytest

from tinyice.web.joining import joined
from tinyice.web.static_files import SCRIPTS, StaticFiles
from web.web_support import PROJECT

STATIC = PROJECT / "static"
LOADED = re.compile(r'<script type="module" src="\{\{ asset\(.([\w.-]+).\) \}\}">')
MODULES = {
    "a.js": 'import { two, three as third } from "./b-c.js";\nimport "./d.js";\n'
    "const one = 'a';\nsaid.push(one + two + third());\n",
    "b-c.js": "// two\nimport \"./d.js\";\nconst one = 'b';\nexport const two = one + '2';\n"
    "export function three() { return one + 3; }\n",
    "d.js": "said.push('d');\n",
}


def run(script: str, folder: Path) -> str:
    """What the script leaves in ``said``."""
    (folder / "joined.mjs").write_text(f"const said = [];\n{script}\nconsole.log(said.join(' '));")
    done = subprocess.run(
        ["node", "joined.mjs"], cwd=folder, check=True, capture_output=True, text=True, timeout=20
    )
    return done.stdout.strip()


@pytest.mark.needs_program("node")
def test_each_runs_once_and_keeps_its_names(tmp_path: Path) -> None:
    """What is imported comes first; two modules may use the same name."""
    assert run(joined("a.js", MODULES), tmp_path) == "d ab2b3"


@pytest.mark.parametrize(
    "source",
    [
        "export { a };\n",
        "export default 1;\n",
        "export let a = 1;\n",
        'import a from "./d.js";\n',
        'import { a } from "https://x.example/d.js";\n',
        'export * from "./d.js";\n',
    ],
)
def test_what_is_not_understood_is_refused(source: str) -> None:
    """Rather than served as something else."""
    with pytest.raises(ValueError, match="not understood"):
        joined("a.js", {**MODULES, "a.js": source})


def test_a_circle_is_refused() -> None:
    """In it somebody would come too early."""
    with pytest.raises(ValueError, match="circle"):
        joined("a.js", {**MODULES, "d.js": 'import "./a.js";\n'})


def test_every_page_loads_one_of_the_scripts() -> None:
    """And none is listed that no page loads."""
    loaded = {
        name
        for page in (PROJECT / "templates").glob("*.html")
        for name in LOADED.findall(page.read_text("utf-8"))
    }
    assert loaded == set(SCRIPTS)


@pytest.mark.needs_program("node")
@pytest.mark.parametrize("name", SCRIPTS)
def test_the_scripts_of_the_pages(name: str, tmp_path: Path) -> None:
    """Each has all in it, and can be read by a browser."""
    answer = StaticFiles(STATIC).answer(name, "", "")
    assert answer is not None
    (tmp_path / "page.mjs").write_bytes(answer.body)
    assert not re.search(rb"^(import|export)\b", answer.body, re.MULTILINE)
    command = ["node", "--check", "page.mjs"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=20)
