"""Any request that the description allows, and many that it does not, against a real server.

The server is thrown away afterwards. Whatever comes back must be described:
its status, its type, its shape.
"""

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation

from features.api_talk import OWN, Api, accounts, secret_of
from features.conftest import Serve
from programs.station import HOST, Station
from tinyice.web.api.all import OPERATIONS

pytestmark = pytest.mark.timeout(300)

LEFT_OUT: frozenset[str] = frozenset({"upgrade"})
"""Operations that would end the server under test, by name."""

LONGEST_PATH = 255
EXAMPLES = max(7, hypothesis.settings().max_examples // 14)
ACCEPTED = ["2xx", "403", "404", "409", "422"]

NAMES = sorted(operation.name for operation in OPERATIONS if operation.name not in LEFT_OUT)


@pytest.fixture(scope="module")
def station(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Station:
    music = tmp_path_factory.mktemp("music")
    return serve(
        **accounts(),
        autodjs=[{"mount": OWN, "music_dir": str(music)}],
        whitelisted_ips=[f"{HOST}/32"],
        api_rate=0,
        idle_timeout=60,
    )


@pytest.fixture(scope="module")
def described(station: Station) -> dict[str, APIOperation]:
    """The operations as the server describes them."""
    schema = schemathesis.openapi.from_dict(Api(station).get("/api/openapi.json"))
    schema.config.update(base_url=station.url(""))
    # what has the described shape may still be against the rules of the configuration
    schema.config.checks.positive_data_acceptance.expected_statuses = ACCEPTED
    found = [one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)]
    return {one.definition.raw["operationId"]: one for one in found}


@pytest.mark.parametrize("name", NAMES)
def test_answers_are_as_described(described: dict[str, APIOperation], name: str) -> None:
    """No status, type or shape that the description does not name, and no failure of ours."""
    operation = described[name]
    headers = {"Authorization": f"Bearer {secret_of('root')}"}

    @hypothesis.settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def check(case: schemathesis.Case) -> None:
        about_a_dj(case)
        reachable(case)
        case.call_and_validate(headers=headers, timeout=20)

    check()


def about_a_dj(case: schemathesis.Case) -> None:
    """Let what is asked of an AutoDJ be asked of the one that there is, and no program run."""
    query, body = case.query, case.body
    if not case.path.startswith("/api/autodjs") or case.path == "/api/autodjs":
        if isinstance(body, dict):
            for key in ("song_command", "on_play_command"):
                body.pop(key, None)
        return
    mount = query.get("mount")
    if isinstance(mount, str) and mount.startswith("/") and LONGEST_PATH >= len(mount) > 1:
        query["mount"] = OWN


def reachable(case: schemathesis.Case) -> None:
    """Let no example limit how often those after it may ask, or move the port that they ask."""
    body = case.body
    if not isinstance(body, dict):
        return
    rate = body.get("api_rate")
    if type(rate) in (int, float) and 0 < rate <= 1_000_000_000 and float(rate).is_integer():
        body["api_rate"] = 0
    for key in ("bind_host", "port"):
        body.pop(key, None)


def test_everything_that_is_described_is_tried(described: dict[str, APIOperation]) -> None:
    """An operation that is left out is left out by name."""
    assert set(described) == set(NAMES) | LEFT_OUT
