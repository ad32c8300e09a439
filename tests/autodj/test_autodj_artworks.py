"""Covers for browsers: read once for all that ask, for a while, and not too many of them."""

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from tinyice.autodj.artworks import KEPT_BYTES, KEPT_MAX, KEPT_S, LARGEST_BYTES, Artworks
from tinyice.autodj.cover_child import Cover
from tinyice.work.jobs import Busy


class Child:
    """Keeps what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Deferred[Cover | None]]] = []

    def read(self, path: str) -> Deferred[Cover | None]:
        self.asked.append((path, Deferred()))
        return self.asked[-1][1]

    def answer(self, picture: bytes | None) -> None:
        self.asked[-1][1].callback(None if picture is None else Cover("image/png", picture))


class Looked:
    """What came of asking for a picture."""

    def __init__(self, artworks: Artworks, path: str = "a") -> None:
        self.found: list[object] = []
        looking = Deferred.fromCoroutine(artworks.of(path))
        looking.addCallbacks(
            lambda one: self.found.append(one and one.picture),
            lambda told: self.found.append(told.value),
        )


@pytest.fixture
def child() -> Child:
    return Child()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def artworks(child: Child, clock: Clock) -> Artworks:
    return Artworks(child.read, clock.seconds)


def test_many_ask_for_the_same(child: Child, clock: Clock, artworks: Artworks) -> None:
    """It is read once, and again after a while."""
    looks = [Looked(artworks) for _ in range(3)]
    child.answer(b"one")
    assert [each.found for each in looks] == [[b"one"]] * 3
    assert Looked(artworks).found == [b"one"]
    assert len(child.asked) == 1
    clock.advance(KEPT_S)
    late = Looked(artworks)
    child.answer(b"two")
    assert late.found == [b"two"]
    assert len(child.asked) == 2


def test_another_picture_has_another_digest(child: Child, artworks: Artworks) -> None:
    """And the same one the same."""
    digests = []
    for path, picture in (("a", b"one"), ("b", b"two"), ("c", b"one")):
        looking = Deferred.fromCoroutine(artworks.of(path))
        looking.addCallback(lambda found: digests.append(found and found.digest))
        child.answer(picture)
    assert digests[0] == digests[2] != digests[1]


def test_none_and_giants(child: Child, artworks: Artworks) -> None:
    """That there is none is known as well; a giant picture is none."""
    for path, picture in (("a", None), ("b", bytes(LARGEST_BYTES + 1))):
        first = Looked(artworks, path)
        child.answer(picture)
        assert first.found == Looked(artworks, path).found == [None]
    assert len(child.asked) == 2


def test_what_failed_is_asked_again(child: Child, artworks: Artworks) -> None:
    """All who wait are told."""
    looks = [Looked(artworks), Looked(artworks)]
    child.asked[0][1].errback(Busy())
    assert all(isinstance(each.found[0], Busy) for each in looks)
    again = Looked(artworks)
    child.answer(b"one")
    assert again.found == [b"one"]


def test_memory_is_bounded(child: Child, artworks: Artworks) -> None:
    """What was asked for longest ago goes first."""
    count = KEPT_BYTES // LARGEST_BYTES
    for number in range(count + 1):
        Looked(artworks, str(number))
        child.answer(bytes(LARGEST_BYTES))
    asked = len(child.asked)
    Looked(artworks, str(count))
    assert len(child.asked) == asked
    Looked(artworks, "0")
    assert len(child.asked) == asked + 1
    child.answer(None)
    for number in range(2 * KEPT_MAX):
        Looked(artworks, f"n{number}")
        child.answer(None)
    assert len(artworks._kept) == KEPT_MAX
