"""Transcoders in the station: loaded with the first of them, and told of each change."""

import os
from typing import TYPE_CHECKING, cast

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorFDSet, IReactorProcess

from tinyice.assembly.demands import let_serve
from tinyice.assembly.ground import Ground
from tinyice.config.model import Config
from tinyice.core.mounts import Mounts
from tinyice.core.transcoding import TranscoderSnapshot
from tinyice.net.periodic import Periodic
from tinyice.work.environment import child_environment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tinyice.handover.parts import ArrivingPart, LeavingPart
    from tinyice.transcoding.transcoders import Transcoders

SWEEP_S = 1.0


class Transcoding:
    """The transcoders of the configuration in force."""

    def __init__(self, ground: Ground, mounts: Mounts) -> None:
        self._ground = ground
        self._mounts = mounts
        self._transcoders: Transcoders | None = None
        self._periodic: Periodic | None = None

    def start(self) -> None:
        """Let them run."""
        self._apply(self._ground.config)

    def changed(self, before: Config, after: Config) -> None:
        """``after`` holds from now on."""
        if _said(before) != _said(after):
            self._apply(after)

    def leaving(self) -> "Sequence[LeavingPart]":
        """``Travelling``: inputs with their processes, and outputs."""
        if self._transcoders is None:
            return ()
        # loaded by who transcodes
        from tinyice.assembly.transcoder_parts import leaving  # noqa: PLC0415

        return leaving(self._transcoders)

    def take_over(self, arriving: "Sequence[ArrivingPart]") -> None:
        """``Travelling``: go on with those that are still wanted."""
        if not arriving:
            return
        from tinyice.assembly.transcoder_parts import inherit  # noqa: PLC0415

        if self._transcoders is None:
            self._transcoders = self._load()
        inherit(self._transcoders, arriving, cast("IReactorFDSet", self._ground.reactor))
        self._apply(self._ground.config)
        for unwanted in self._transcoders.settled():
            unwanted.unwanted()

    def stop(self) -> Deferred[None]:
        """End them; fires when their processes are no more."""
        if self._periodic is not None:
            self._periodic.stopService()
        return succeed(None) if self._transcoders is None else self._transcoders.stop()

    def snapshot(self) -> tuple[TranscoderSnapshot, ...]:
        """How each is doing."""
        return () if self._transcoders is None else self._transcoders.snapshot()

    def _apply(self, config: Config) -> None:
        if self._transcoders is None and not any(_said(config)):
            return
        # loaded by who transcodes
        from tinyice.transcoding.settings import transcoders_of  # noqa: PLC0415

        if self._transcoders is None:
            self._transcoders = self._load()
        kbits = config.auto_transcode_mp3_bitrates
        self._transcoders.apply(transcoders_of(config), kbits)

    def _load(self) -> "Transcoders":
        from tinyice.transcoding.session import Surroundings  # noqa: PLC0415
        from tinyice.transcoding.transcoders import Transcoders  # noqa: PLC0415

        ground = self._ground
        transcoders = Transcoders(
            Surroundings(
                mounts=self._mounts,
                publish=ground.hub.publish,
                clock=ground.reactor.seconds,
                now=ground.now,
            ),
            child_environment(os.environ),
            spawner=cast("IReactorProcess", ground.reactor),
            clock=ground.reactor,
        )
        ground.hub.subscribe(transcoders.happened)
        let_serve(self._mounts, transcoders)
        self._periodic = Periodic("transcoders", ground.reactor, SWEEP_S, transcoders.sweep)
        self._periodic.startService()
        return transcoders


def _said(config: Config) -> tuple[object, ...]:
    return config.transcoders, config.auto_transcode_mp3_bitrates
