"""A reload: what is read again, and what the service manager hears of it."""

import pytest
from twisted.internet.defer import Deferred

from tinyice.assembly.reloading import Reloading
from tinyice.config.faults import Fault, FileRefused
from tinyice.core.access.principal import SIGNAL, Principal
from tinyice.core.clients import Client

NOBODY = Client("")
SERVING = "listening on [::]:8000"


class Manager:
    """Hears how the service is."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def reloading(self) -> None:
        self.told.append("reloading")

    def ready(self, status: str = "") -> None:
        self.told.append(status)


class File:
    """A configuration that is read when the test says so."""

    def __init__(self) -> None:
        self.reads: list[Deferred[tuple[str, ...]]] = []

    async def reload(self, *, who: Principal, client: Client) -> tuple[str, ...]:
        assert (who, client) == (SIGNAL, NOBODY)
        read: Deferred[tuple[str, ...]] = Deferred()
        self.reads.append(read)
        return await read


@pytest.fixture
def manager() -> Manager:
    return Manager()


@pytest.fixture
def file() -> File:
    return File()


@pytest.fixture
def again() -> list[str]:
    """What lies in other files, when it is read again."""
    return []


@pytest.fixture
def reloading(file: File, manager: Manager, again: list[str]) -> Reloading:
    return Reloading(
        file, manager, read_again=lambda: again.append("read"), serving=lambda: SERVING
    )


def asked(reloading: Reloading) -> Deferred[tuple[str, ...]]:
    return Deferred.fromCoroutine(reloading.reload(who=SIGNAL, client=NOBODY))


def test_everything_is_read_and_the_manager_hears_when(
    reloading: Reloading, file: File, manager: Manager, again: list[str]
) -> None:
    """Ready again when it is in force, not before."""
    answer = asked(reloading)
    assert (again, manager.told) == (["read"], ["reloading"])
    file.reads[0].callback(("a note",))
    assert answer.result == ("a note",)
    assert manager.told == ["reloading", SERVING]


def test_a_file_with_faults_is_told(reloading: Reloading, file: File, manager: Manager) -> None:
    """To who asked, and in the status: the service goes on as before."""
    answer = asked(reloading)
    file.reads[0].errback(FileRefused([Fault("port", "must be a number")]))
    found: list[object] = []
    answer.addErrback(lambda failure: found.append(failure.type))
    assert found == [FileRefused]
    words = "; not reloaded: the file has faults: port: must be a number"
    assert manager.told == ["reloading", SERVING + words]


def test_two_at_once_are_ready_once(reloading: Reloading, file: File, manager: Manager) -> None:
    answers = [asked(reloading), asked(reloading)]
    file.reads[0].callback(())
    assert manager.told == ["reloading", "reloading"]
    file.reads[1].callback(())
    assert manager.told == ["reloading", "reloading", SERVING]
    assert all(answer.called for answer in answers)


def test_a_signal_hears_no_answer(reloading: Reloading, file: File, manager: Manager) -> None:
    """What is wrong was told as an event; the next signal reads again."""
    for read in range(2):
        done = Deferred.fromCoroutine(reloading.at_signal())
        file.reads[read].errback(FileRefused([Fault("port", "must be a number")]))
        assert done.called
        assert done.result is None
    assert manager.told.count("reloading") == 2
