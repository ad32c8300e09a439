"""The limits of the machine: how many files may be open, and who may have them."""

import resource

import pytest

from tinyice.assembly.machine import FileRoom, file_room, raise_file_limit

ANY = resource.RLIM_INFINITY


class FakeLimits:
    """What ``getrlimit`` and ``setrlimit`` do, with a kernel of our own."""

    def __init__(self, soft: int, hard: int, *, refuses: type[Exception] | None = None) -> None:
        self.now = (soft, hard)
        self.refuses = refuses

    def get(self, which: int) -> tuple[int, int]:
        assert which == resource.RLIMIT_NOFILE
        return self.now

    def set(self, which: int, limits: tuple[int, int]) -> None:
        assert which == resource.RLIMIT_NOFILE
        if self.refuses is not None:
            raise self.refuses
        self.now = limits

    def raised(self) -> int:
        return raise_file_limit(self.get, self.set)


class TestRaise:
    def test_to_the_hard_limit(self) -> None:
        """The soft limit, 1024 on most machines, is not what the administrator allows."""
        limits = FakeLimits(1024, 20_000)
        assert limits.raised() == 20_000
        assert limits.now == (20_000, 20_000)

    def test_as_it_is(self) -> None:
        """Where nothing can be gained, nothing is changed."""
        limits = FakeLimits(200, 200, refuses=AssertionError)
        assert limits.raised() == 200

    def test_without_a_hard_limit(self) -> None:
        """Then the kernel's own limit holds, for the kernel refuses "any number"."""
        limits = FakeLimits(1024, ANY)
        assert limits.raised() >= 1024
        assert limits.now[0] not in (1024, ANY)
        assert limits.now[1] == ANY

    def test_without_any_limit(self) -> None:
        """A number is told all the same."""
        assert FakeLimits(ANY, ANY, refuses=AssertionError).raised() >= 1024

    @pytest.mark.parametrize("error", [OSError, ValueError])
    def test_refused(self, error: type[Exception]) -> None:
        """A kernel or a container that says no is no reason not to start."""
        assert FakeLimits(1024, 20_000, refuses=error).raised() == 1024

    def test_in_this_process(self) -> None:
        """The real calls are taken by default, and leave the hard limit alone."""
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        try:
            assert raise_file_limit() >= before[0]
            assert resource.getrlimit(resource.RLIMIT_NOFILE)[1] == before[1]
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)


class TestRoom:
    @pytest.mark.parametrize(
        ("limit", "ports", "sources", "expected"),
        [
            (20_000, 2, 0, 20_000 - 66),
            (20_000, 2, 100, 20_000 - 266),
            (200, 2, 0, 200 - 52),
            (200, 2, 1000, 100),
            (8, 2, 0, 4),
            (0, 2, 0, 0),
        ],
    )
    def test_reserve(self, limit: int, ports: int, sources: int, expected: int) -> None:
        """A few files are kept for ports, sources and the rest, half of them at most."""
        assert file_room(limit, ports=ports, sources_max=sources).connections_max == expected

    def test_never_negative(self) -> None:
        """Less than nothing does not fit."""
        assert FileRoom(10, 20).connections_max == 0

    def test_the_line(self) -> None:
        """The log tells how many listeners fit."""
        line = FileRoom(20_000, 66).in_words(0)
        assert line.startswith("room for 19934 listeners: 20000 files may be open, 66 of them")
        assert "max_listeners" not in line

    def test_the_line_for_who_wants_more(self) -> None:
        """Who configured more listeners than fit is told so at the start, not on the evening."""
        assert "max_listeners is 50000" in FileRoom(20_000, 66).in_words(50_000)
        assert "max_listeners" not in FileRoom(20_000, 66).in_words(19_934)
