"""How long a ban lasts, as forms ask for it: one of a few times, or any other."""

from tinyice.web.api.problems import Unfit
from tinyice.web.params import Params

OTHER = "other"
"""The choice that says: as the number and the unit beside it."""
BAN_TIMES = (
    ("3600", "an hour"),
    ("86400", "a day"),
    ("604800", "a week"),
    ("2592000", "30 days"),
    ("", "for ever"),
    (OTHER, "another time"),
)
"""The choices, in seconds, and in words."""
UNITS = (("60", "minutes"), ("3600", "hours"), ("86400", "days"), ("604800", "weeks"))
BAN_FIELDS = ("seconds", "amount", "unit")
"""What a form sends."""

_DIGITS = 6


def seconds_in(params: Params) -> int | None:
    """The time that a form asks for; None: for ever. Raises ``Unfit``."""
    chosen = params.text("seconds")
    if chosen != OTHER:
        return int(chosen) if _is_number(chosen, 10) else None
    amount, unit = params.text("amount").strip(), params.text("unit")
    if not _is_number(amount, _DIGITS) or not int(amount):
        raise Unfit(422, "invalid", "Give a number of minutes, hours, days or weeks.", "amount")
    if unit not in dict(UNITS):
        raise Unfit(422, "invalid", "Choose a unit.", "amount")
    return int(amount) * int(unit)


def _is_number(text: str, digits: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= digits
