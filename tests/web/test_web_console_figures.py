"""Figures and sparklines look the same, whether the server writes them or the page does."""

import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from web_support import PROJECT

from tinyice.web.console.figures import bit_rate, count, elapsed
from tinyice.web.plots import spark

COUNTS = [0, 7, 999, 1000, 1284, 100_000, 12_345_678]
RATES = [0, 1, 499, 64_000, 193_421, 999_499, 999_501, 6_123_456, 156_249_000, 2_512_000_000]
SECONDS = [-3, 0, 7.9, 59, 60, 238, 3599, 3600, 8047, 86399, 86400, 965_432]
MANY = [random.Random(number).randrange(9 ** (number % 6 + 1)) for number in range(60)]
LINES = [[], [0], [5], [0, 0, 0], [4, 4], [0, 1], [1, 5, 2, 9], MANY]
SCRIPT = """
import { bitRate, count, elapsed } from "./figures.js";
import { paths } from "./spark.js";
const [counts, rates, seconds, lines] = JSON.parse(process.argv[2]);
const written = rates.map((one) => bitRate(one).join(" "));
console.log(JSON.stringify([counts.map(count), written, seconds.map(elapsed), lines.map(paths)]));
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What the page writes."""
    folder = tmp_path_factory.mktemp("modules")
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "main.js").write_text(SCRIPT)
    for name in ("figures.js", "spark.js"):
        shutil.copy(Path(PROJECT, "static", name), folder)
    given = json.dumps([COUNTS, RATES, SECONDS, LINES])
    done = subprocess.run(
        ["node", "main.js", given],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    told: list[Any] = json.loads(done.stdout)
    return told


@pytest.mark.needs_program("node")
def test_figures(written: list[Any]) -> None:
    """Counts, rates, times."""
    assert written[0] == [count(number) for number in COUNTS]
    assert written[1] == [str(bit_rate(bits)) for bits in RATES]
    assert written[2] == [elapsed(seconds) for seconds in SECONDS]


@pytest.mark.needs_program("node")
def test_sparklines(written: list[Any]) -> None:
    """The line, and the area below."""
    assert written[3] == [{"line": spark(one).line, "area": spark(one).area} for one in LINES]
