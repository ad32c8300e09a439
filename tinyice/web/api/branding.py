"""What makes the public pages this station's: names, colour, logo, words."""

from msgspec import UNSET, Struct, UnsetType

from tinyice.config.model import Config
from tinyice.core.access.permissions import Action
from tinyice.web.api.operation import Call, Given, Nothing, Operations
from tinyice.web.api.problems import Unfit
from tinyice.web.api.services import Services
from tinyice.web.api.settings import set_keys
from tinyice.web.api.shapes import Done

BRANDING = Operations("branding")

TEXTS = ("page_title", "page_subtitle", "accent_color", "landing_markdown")
KEYS = (*TEXTS, "logo_path")


class Branding(Given, frozen=True, kw_only=True):
    """All of it; "" is the default. ``logo_path`` is where an upload was put."""

    page_title: str = ""
    page_subtitle: str = ""
    accent_color: str = ""
    logo_path: str = ""
    landing_markdown: str = ""


class BrandingChange(Given, frozen=True, kw_only=True):
    """What is to be different."""

    page_title: str | UnsetType = UNSET
    page_subtitle: str | UnsetType = UNSET
    accent_color: str | UnsetType = UNSET
    logo_path: str | UnsetType = UNSET
    landing_markdown: str | UnsetType = UNSET


@BRANDING.add("GET", "/api/branding", Action.SEE_SETTINGS, answer=Branding)
async def see_branding(services: Services, _call: Call[Nothing, Nothing]) -> Branding:
    """How the public pages look."""
    config = services.config()
    return Branding(**{key: getattr(config, key) for key in KEYS})


@BRANDING.add("PUT", "/api/branding", Action.CHANGE_SETTINGS, body=Branding, answer=Done)
async def set_branding(services: Services, call: Call[Nothing, Branding]) -> Done:
    """Set all of it; what is left out is the default.

    A logo is uploaded to `/api/branding/logo`, as the part `logo` of a form; an empty
    `logo_path` takes it away.
    """
    return await _set(services, call, {key: getattr(call.body, key) for key in KEYS})


@BRANDING.add("PATCH", "/api/branding", Action.CHANGE_SETTINGS, body=BrandingChange, answer=Done)
async def change_branding(services: Services, call: Call[Nothing, BrandingChange]) -> Done:
    """Change some of it."""
    said = {key: getattr(call.body, key) for key in KEYS if getattr(call.body, key) is not UNSET}
    return await _set(services, call, said)


async def _set(services: Services, call: Call[Nothing, Struct], said: dict[str, str]) -> Done:
    known = services.config().logo_path
    if said.get("logo_path", "") not in ("", known):
        sentence = "upload the picture to /api/branding/logo; other paths only the file may name"
        raise Unfit(422, "invalid", sentence, "logo_path")
    defaults = Config()
    values = {
        key: value if value != getattr(defaults, key) else None for key, value in said.items()
    }
    return Done(notes=await set_keys(services, call.caller, values))
