"""The face of the station, as its operator changes it, and as strangers see it."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Visit
from browser.looking import axe_findings
from features.conftest import Serve
from programs.station import Station
from web.picture_bytes import png

pytestmark = [pytest.mark.timeout(240), pytest.mark.needs_program("chromium")]

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>window.__xss=1</script></svg>'
HTML = b"<!doctype html><title>x</title><script>window.__xss=1</script>"
DISGUISED = {
    "svg": SVG,
    "html": HTML,
    "html-behind-a-head": png()[:16] + HTML,
}
MARKDOWN = """# Slow radio

Since **2019**, from the *harbour*.

- [Programme](https://meridian.example/programme)
- [Press me](javascript:window.__xss='link')

<script>window.__xss = 'script'</script>
<img src="/none" onerror="window.__xss='image'">
![picture](https://elsewhere.example/pixel.png)

| When | What |
| ---- | ---- |
| 20 h | Jazz |
"""
SAID = ".said-by-us"
RUNS = "() => window.__xss !== undefined"


@pytest.fixture(scope="module")
def station(serve: Serve) -> Station:
    return serve(lockout_failures=0, page_title="Radio Meridian")


def upload(page: Page, content: bytes, name: str = "logo.png") -> None:
    """Send a file as the logo."""
    page.get_by_label("Picture", exact=True).set_input_files(
        {"name": name, "mimeType": "image/png", "buffer": content}
    )
    page.get_by_role("button", name="Upload").click()


def logo(page: Page) -> tuple[int, int]:
    """The size of the logo, as it was drawn."""
    mark = page.locator("header img.logo").first
    expect(mark).to_be_visible()
    size = mark.evaluate("el => el.decode().then(() => [el.naturalWidth, el.naturalHeight])")
    return size[0], size[1]


def test_a_logo(station: Station, visit: Visit) -> None:
    """A picture is shown everywhere at once; what only says to be one is refused in words."""
    operator, stranger = visit(station, "admin"), visit(station)
    page = operator.page
    operator.go("/admin/settings")
    page.evaluate("() => { window.__stayed = true; }")
    for content in DISGUISED.values():
        upload(page, content)
        fault = page.locator("#logo-fault")
        expect(fault).to_be_visible()
        expect(page.get_by_label("Picture", exact=True)).to_be_focused()
        assert axe_findings(page, within="#logo") == []
        page.evaluate("() => document.querySelector('#logo-fault').remove()")
    stranger.go("/")
    expect(stranger.page.locator("img.logo")).to_have_count(0)

    upload(page, png(64, 48))
    expect(page.locator(".toast")).to_contain_text("The logo is changed.")
    expect(page.locator("#logo img")).to_have_attribute("width", "64")
    stranger.go("/")
    assert logo(stranger.page) == (64, 48)

    page.get_by_role("button", name="Remove the logo").click()
    expect(page.locator("#logo img")).to_have_count(0)
    assert page.evaluate("() => window.__stayed")
    stranger.go("/")
    expect(stranger.page.locator("img.logo")).to_have_count(0)


def test_a_disguise_without_scripts(station: Station, visit: Visit, tmp_path: Path) -> None:
    """The page that answers says why; it is still the page of settings."""
    visitor = visit(station, "admin", scripts=False)
    visitor.watch.expect(422, "/admin/settings/logo")
    file = tmp_path / "logo.png"
    file.write_bytes(SVG)
    visitor.go("/admin/settings")
    visitor.page.get_by_label("Picture", exact=True).set_input_files(file)
    visitor.send("Upload")
    assert "PNG" in visitor.page.inner_text("#logo-fault")
    assert visitor.page.get_by_role("button", name="Save Branding").is_visible()


def test_words_on_the_front_page(station: Station, visit: Visit) -> None:
    """Markdown becomes headings, lists and tables, and nothing that runs or loads."""
    operator, stranger = visit(station, "admin"), visit(station)
    page = operator.page
    operator.go("/admin/settings")
    page.locator("textarea[name=landing_markdown]").fill(MARKDOWN)
    page.get_by_role("button", name="Save Branding").click()
    expect(page.locator(".toast")).to_contain_text("saved")
    page.get_by_text("What stands on the front page now").click()
    expect(page.locator(".set-look")).to_contain_text("Since 2019")

    for shown, within in ((page, ".set-look"), (stranger.page, SAID)):
        if shown is stranger.page:
            stranger.go("/")
        words = shown.locator(within)
        expect(words.get_by_role("heading", name="Slow radio")).to_be_visible()
        expect(words.locator("strong")).to_have_text("2019")
        link = words.get_by_role("link", name="Programme")
        expect(link).to_have_attribute("href", "https://meridian.example/programme")
        expect(words.get_by_role("cell", name="Jazz")).to_be_visible()
        expect(words.locator("script, img, iframe, [onerror], [href^=javascript]")).to_have_count(0)
        assert not shown.evaluate(RUNS)
        assert axe_findings(shown, within=within) == []
