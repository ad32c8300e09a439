"""Logo and landing text are made ready by a worker: at the start, and after each change."""

from pathlib import Path

import pytest
from picture_bytes import jpeg, png
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from web_support import SETTINGS

from config.writers import ANNA, CLIENT, Desk, desk, setting
from tinyice.config.faults import NotSaved
from tinyice.core.events import ChangeMade
from tinyice.web.branding import Branding
from tinyice.web.pictures import PictureRefused, picture_of
from tinyice.web.settings import WebSettings


class House:
    """A configuration file, a data folder, and what is shown of them."""

    def __init__(self, folder: Path, **keys: object) -> None:
        self.folder = folder
        self.desk: Desk = desk(folder, {**keys})
        self.settings = WebSettings(
            **{f: getattr(SETTINGS, f) for f in ("hostname", "port")}, server_id="", version=""
        )
        self.branding = Branding(
            folder,
            self.settings,
            lambda: self.desk.config,
            self.desk.writer,
            self.desk.worker.perform,
        )
        self.desk.in_force.watch(self.branding.changed)
        self.branding.begin()
        self.desk.worker.flush()

    def put(self, content: bytes) -> None:
        """Upload; raises what kept it from being the logo."""
        asked = self.branding.put(content, who=ANNA, client=CLIENT)
        found: list[object] = []
        Deferred.fromCoroutine(asked).addBoth(found.append)
        self.desk.worker.flush()
        (result,) = found
        if isinstance(result, Failure):
            result.raiseException()

    def change(self, **keys: object) -> None:
        """Set keys, and let everything come of it."""
        self.desk.change(setting(**keys))
        self.desk.worker.flush()

    @property
    def files(self) -> list[str]:
        """What lies in the folder of uploads."""
        return sorted(path.name for path in (self.folder / "branding").glob("*"))

    @property
    def shown(self) -> bytes | None:
        """The picture that is served."""
        picture = self.branding.picture
        return None if picture is None else picture.content


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_an_upload_is_kept_named_and_shown(house: House) -> None:
    """By what it holds, so that browsers take a new one at once; it is in the audit."""
    house.put(png())
    digest = picture_of(png()).digest
    assert house.files == [f"logo-{digest}.png"]
    assert (house.folder / "branding" / house.files[0]).read_bytes() == png()
    assert house.desk.config.logo_path == f"branding/logo-{digest}.png"
    assert house.shown == png()
    assert house.settings.logo_url == f"/branding/logo?v={digest}"
    (made,) = house.desk.events
    assert isinstance(made, ChangeMade)
    assert (made.user, made.subject) == ("anna", "logo_path")


def test_it_is_there_after_a_restart(house: House) -> None:
    """Read from the file that the configuration names."""
    house.put(jpeg())
    again = House(house.folder, logo_path=house.desk.config.logo_path)
    assert again.shown == jpeg()
    assert again.settings.logo_url == house.settings.logo_url


def test_another_one_takes_its_place(house: House) -> None:
    """The file of the former one is gone; the same again is no change."""
    house.put(png())
    house.put(jpeg())
    assert house.shown == jpeg()
    assert house.files == [f"logo-{picture_of(jpeg()).digest}.jpg"]
    house.put(jpeg())
    assert house.shown == jpeg()
    assert len(house.files) == 1
    assert len(house.desk.events) == 2


def test_taken_away_in_the_configuration(house: House) -> None:
    """It is not shown any more, and can be named again."""
    house.put(png())
    name = house.desk.config.logo_path
    house.change(logo_path="")
    assert (house.shown, house.settings.logo_url) == (None, "")
    house.change(logo_path=name)
    assert house.shown == png()


def test_a_file_of_ones_own(house: House) -> None:
    """The operator may name any file, which is judged like an upload, and never taken away."""
    own = house.folder / "own.png"
    own.write_bytes(png(7, 7) + b"<script>")
    house.change(logo_path=str(own))
    assert house.shown == png(7, 7)
    house.put(jpeg())
    assert own.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "no such file"), (b"<svg/>", "SVG"), (b"\0" * 600_000, "512 kB")],
)
def test_a_file_that_is_no_logo(house: House, content: bytes | None, words: str) -> None:
    """The pages go without it, and the settings say why."""
    if content is not None:
        (house.folder / "x.png").write_bytes(content)
    house.change(logo_path="x.png")
    assert house.shown is None
    assert words in house.branding.fault
    house.change(logo_path="")
    assert house.branding.fault == ""


def test_what_is_no_picture_leaves_nothing_behind(house: House) -> None:
    """No file, no change."""
    house.put(png())
    with pytest.raises(PictureRefused):
        house.put(b"hello")
    assert house.shown == png()
    assert len(house.files) == 1


def test_a_folder_that_can_not_be_written(house: House) -> None:
    """Is told; the former logo stays."""
    (house.folder / "branding").write_text("a file in its place")
    with pytest.raises(NotSaved, match="can't be written"):
        house.put(png())
    assert house.shown is None


def test_a_change_that_is_refused_leaves_no_file(house: House) -> None:
    """The upload is as if it had not been."""
    house.desk.path.write_text("nonsense")
    with pytest.raises(NotSaved):
        house.put(png())
    assert house.files == []
    assert house.shown is None


def test_words_are_rendered_once_for_each_change(tmp_path: Path) -> None:
    """Requests find them ready."""
    house = House(tmp_path, landing_markdown="*a*")
    assert house.settings.landing_html == "<p><em>a</em></p>\n"
    begun = house.desk.worker.begun
    house.change(landing_markdown="b")
    assert house.settings.landing_html == "<p>b</p>\n"
    house.change(page_title="Another")
    assert house.settings.landing_html == "<p>b</p>\n"
    house.change(landing_markdown="")
    assert house.settings.landing_html == ""
    assert house.desk.worker.begun > begun


def test_the_last_of_several_counts(house: House) -> None:
    """Whatever was still being made ready when it came."""
    house.desk.in_force.replace(house.desk.config)
    before = house.desk.config
    for words in ("one", "two", "three"):
        house.desk.ask(setting(landing_markdown=words))
    house.desk.worker.flush()
    assert before.landing_markdown == ""
    assert house.settings.landing_html == "<p>three</p>\n"


def test_who_waits_finds_them_ready(house: House) -> None:
    """The page that saves them shows them."""
    shown: list[str] = []

    async def save_and_show() -> None:
        await house.desk.ask(setting(landing_markdown="two"))
        await house.branding.ready()
        shown.append(house.settings.landing_html)

    Deferred.fromCoroutine(save_and_show())
    house.desk.worker.flush()
    assert shown == ["<p>two</p>\n"]


def test_other_settings_do_not_touch_it(house: House) -> None:
    """What comes from the configuration and what is made ready do not mix."""
    house.put(png())
    url = house.settings.logo_url
    house.settings.take(WebSettings("other", 1, "", ""))
    assert house.settings.hostname == "other"
    assert house.settings.logo_url == url
