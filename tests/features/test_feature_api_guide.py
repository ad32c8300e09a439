"""The lines of docs/api.md do what the page says, against a real server."""

import re
import subprocess

import pytest

from features.api_talk import Api, accounts, secret_of
from features.conftest import Serve
from house.sources import PROJECT

pytestmark = pytest.mark.timeout(240)

GUIDE = (PROJECT / "docs/api.md").read_text("utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


def test_every_line_of_the_guide_works(serve: Serve) -> None:
    """In their order, as somebody would type them who reads the page."""
    station = serve(**accounts())
    lines = "\n".join(BLOCKS).replace("http://localhost:8000", station.url(""))
    lines = lines.replace("ti_your_token", secret_of("root"))
    done = subprocess.run(
        ["bash", "-euc", lines], capture_output=True, text=True, timeout=50, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert lines.count("curl ") == GUIDE.count("curl ")
    # every change of the guide is in the audit, without its secrets
    entries = Api(station, secret_of("root")).get("/api/security/audit", limit=100)["items"]
    assert {entry["action"] for entry in entries} == {
        "autodj.run",
        "autodjs.change",
        "bans.change",
        "mount.change",
        "mounts.make",
        "mounts.remove",
        "relays.change",
        "settings.change",
        "tokens.make",
        "transcoders.change",
        "users.change",
    }
    assert not re.search(r"blue note|a long one|her source password|\$2b\$", str(entries))
