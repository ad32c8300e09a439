"""What is known of the live input of a mount by its sound: whether it is silent.

Somebody else listens (``metering``), and brings it here piece by piece. As long as
nobody does, every input counts as one that sounds.
"""

from typing import TYPE_CHECKING

from tinyice.core.events import MountRecovered, MountSilent
from tinyice.core.inputs import LIVE, Input
from tinyice.core.silence import Turn

if TYPE_CHECKING:
    from tinyice.core.mount import Mount


def is_silent(mount: "Mount", entry: Input) -> bool:
    """Whether ``entry`` brings silence, and has done so for too long."""
    return entry.slot == LIVE and mount.settings.silence_after_s > 0 and mount.air.silence.is_quiet


def hear(mount: "Mount", entry: Input, seconds: float, *, is_loud: bool) -> bool:
    """So much of ``entry`` was loud, or was not; whether that may change what is on air."""
    air, settings = mount.air, mount.settings
    if not settings.silence_after_s or air.inputs.of(entry.source) is not entry:
        return False
    had_told = air.silence.is_lasting
    turn = air.silence.hear(
        seconds,
        is_loud=is_loud,
        after_s=settings.silence_after_s,
        return_after_s=settings.return_after_s,
    )
    if turn is Turn.SILENT:
        if entry is not air.on_air:
            now, wait_s = mount.now(), settings.return_after_s
            air.switching.lost(entry.slot, now, return_after_s=wait_s)
        if not had_told:
            mount.publish(MountSilent(mount.path, round(air.silence.seconds, 1)))
    elif turn is Turn.RECOVERED:
        mount.publish(MountRecovered(mount.path, round(air.silence.seconds, 1)))
    return turn is not None


def stop_hearing(mount: "Mount") -> None:
    """Nobody listens to the live input any more: it counts as one that sounds."""
    silence = mount.air.silence
    was_lasting, seconds = silence.is_lasting, silence.seconds
    silence.forget()
    if was_lasting:
        mount.publish(MountRecovered(mount.path, round(seconds, 1)))
