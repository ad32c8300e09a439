"""The words of the Studio: figures, transitions, and what feeds the mount."""

from dataclasses import dataclass

from tinyice.core.autodjs import AutoDJSnapshot, DjState, GainBy, Mix
from tinyice.core.snapshots import MountSnapshot
from tinyice.web.console.figures import elapsed
from tinyice.web.console.signal import tally_of

UNKNOWN = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"

CURVES = {"sine": "Even", "linear": "Straight", "logarithmic": "Dip"}
"""What people call the curves of a crossfade."""

GAINS = {GainBy.TRACK: "By track", GainBy.ALBUM: "By album", GainBy.OFF: "Not at all"}
"""What people call the ways in which tracks are brought to one loudness."""

_JOINS = {"gapless": "gapless", "cut": "one behind the other"}


@dataclass(frozen=True, slots=True)
class Standing:
    """The one word for what is heard, its dress, and a sentence."""

    tally: str
    dress: str
    words: str


def decibels(value: float | None) -> str:
    """One decimal, with a true minus; a dash where nothing is known."""
    if value is None:
        return UNKNOWN
    words = f"{abs(value):.1f}"
    return f"{MINUS}{words}" if value < 0 and words != "0.0" else words


def left(seconds: float, total: float) -> str:
    """What is still to come, behind a minus; a dash where nobody knows how long it is."""
    return f"{MINUS}{elapsed(total - seconds)}" if total else UNKNOWN


def seconds_words(seconds: float) -> str:
    """``4.2``, ``3``."""
    return f"{seconds:.1f}".removesuffix(".0")


def join_words(join: str, seconds: float) -> str:
    """How the next track follows."""
    if join == "crossfade":
        return f"crossfade {seconds_words(seconds)} s"
    return _JOINS.get(join, "")


def mix_words(mix: Mix) -> str:
    """What is set, in a line."""
    fade = f"Crossfade {seconds_words(mix.crossfade_s)} s" if mix.crossfade_s else "No crossfade"
    gain = {GainBy.TRACK: "gain by track", GainBy.ALBUM: "gain by album", GainBy.OFF: "no gain"}
    return f"{fade}, {gain[mix.gain_by]}"


def standing_of(dj: AutoDJSnapshot, mount: MountSnapshot | None) -> Standing:
    """What listeners of the mount hear, and what the AutoDJ does meanwhile."""
    if dj.state is DjState.STOP:
        return _stopped(mount)
    if dj.error:
        return Standing("No signal", "error", dj.error)
    if not dj.is_heard:
        return _waiting(mount)
    if dj.is_silent:
        return Standing("Silence", "error", f"Nothing to play: {dj.words}.")
    if dj.state is DjState.PAUSE:
        return Standing("Paused", "fallback", "The mount hears silence.")
    return Standing("AutoDJ", "auto", dj.playlist_name or dj.quality)


def _stopped(mount: MountSnapshot | None) -> Standing:
    if mount is None or not mount.on_air:
        return Standing("Stopped", "", "Nothing is on air here.")
    return Standing(_word(mount), _dress(mount), "The AutoDJ is stopped.")


def _waiting(mount: MountSnapshot | None) -> Standing:
    if mount is None or not mount.on_air:
        return Standing("Waits", "fallback", "It is about to begin.")
    agent = mount.source.agent if mount.source else ""
    who = f"{agent} is on air" if agent else "On air"
    return Standing(_word(mount), _dress(mount), f"{who}. The AutoDJ waits.")


def _word(mount: MountSnapshot) -> str:
    return tally_of(mount, missed=False)


def _dress(mount: MountSnapshot) -> str:
    dresses = {"Live": "live", "On air": "live", "Relay": "auto", "Fallback": "fallback"}
    return dresses.get(_word(mount), "")
