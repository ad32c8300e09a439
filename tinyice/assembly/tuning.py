"""Limits and times of what runs, brought up to date when the configuration changes."""

from collections.abc import Sequence
from dataclasses import dataclass

from tinyice.assembly.machine import FileRoom
from tinyice.assembly.values import limits_of
from tinyice.config.model import Config
from tinyice.net.front import Front
from tinyice.net.pulse import Pulse, bounds_of


@dataclass(frozen=True, slots=True)
class Tuning:
    """What is told of limits. ``pulses``: the one for all mounts, and that for low latency."""

    front: Front
    files: FileRoom
    pulses: Sequence[Pulse]

    def follow(self, before: Config, after: Config) -> None:
        """``after`` holds for requests that begin now, and from the next pulse on."""
        self.front.limits = limits_of(after, self.files)
        if before.pulse_ms != after.pulse_ms:
            for pulse in self.pulses:
                pulse.settle(bounds_of(after.pulse_ms, low_latency=pulse.low_latency))
