"""What an MPD client asks of a large library costs one look at each track, not page after page."""

from twisted.internet.defer import Deferred

from autodj.mpd_station import MemoryLibrary
from tinyice.autodj.mpd.finding import every
from tinyice.core.tracks import Condition, Order, Tag, Track, TrackPage, TrackQuery

TRACKS = [Track(f"{number % 7}/{number:04}.mp3", title=f"T{number}") for number in range(500)]


class Counting(MemoryLibrary):
    """Remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(TRACKS)
        self.asked: list[TrackQuery] = []

    async def find(self, query: TrackQuery) -> TrackPage:
        self.asked.append(query)
        return await super().find(query)


def found(library: Counting, query: TrackQuery) -> list[str]:
    paths: list[str] = []

    async def look() -> None:
        async for track in every(library, query):
            paths.append(track.path)  # noqa: PERF401 - mypy knows no type of the other form

    Deferred.fromCoroutine(look())
    return paths


def test_each_page_goes_on_where_the_last_one_ended_and_none_is_counted() -> None:
    library = Counting()
    assert found(library, TrackQuery(order=Order.TITLE)) == sorted(each.path for each in TRACKS)
    assert len(library.asked) > 1
    assert all(query.offset == 0 and not query.is_counted for query in library.asked)
    assert len({query.after for query in library.asked}) == len(library.asked)


def test_conditions_hold_on_every_page() -> None:
    library = Counting()
    query = TrackQuery((Condition(Tag.TITLE, "T1"),), folder="3")
    wanted = [each.path for each in TRACKS if "T1" in each.title and each.folder == "3"]
    assert found(library, query) == sorted(wanted)
    assert found(library, TrackQuery(folder="nothing")) == []
