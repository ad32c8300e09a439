"""What is done to listeners who were picked from the list, by the operations of the API.

Somebody who has left since is no fault. Whether one may is asked for each
mount before anything is done.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence

from tinyice.core.access.permissions import Action, permits, require
from tinyice.core.errors import ListenerUnknown, MountUnknown
from tinyice.core.snapshots import ListenerSnapshot
from tinyice.web.api.listeners import Move, One, kick_listener, move_listeners
from tinyice.web.api.security import NewBan, ban_all
from tinyice.web.api.shapes import About
from tinyice.web.console.attempt import filled
from tinyice.web.console.audience_picks import Picks
from tinyice.web.console.ban_times import seconds_in
from tinyice.web.console.desk import Desk
from tinyice.web.guard import Caller
from tinyice.web.params import Params


class Deeds:
    """Kicks, moves and bans of some listeners at once; each says how many it was done to."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def present(self, caller: Caller, picks: Picks) -> Sequence[ListenerSnapshot]:
        """Those of ``picks`` who are still there."""
        self._require(caller, Action.SEE_LISTENERS, picks)
        station = self._desk.services.station
        found: list[ListenerSnapshot] = []
        for number, mount in sorted(picks.items()):
            nearest = station.listeners({mount}, number - 1, 1)
            found.extend(one for one in nearest if one.id == number)
        return found

    def destinations(self, caller: Caller, mounts: Collection[str]) -> Sequence[str]:
        """Where listeners of ``mounts`` may be moved to."""
        return [
            one.path
            for one in self._desk.recent().mounts
            if one.on_air
            and set(mounts) != {one.path}
            and permits(caller.principal, Action.MOVE_LISTENERS, one.path)
        ]

    async def kick(self, caller: Caller, picks: Picks) -> int:
        """End their connections."""
        self._require(caller, Action.KICK_LISTENER, picks)
        count = 0
        for number, mount in picks.items():
            call = self._desk.asking(caller, One(mount=mount, id=number))
            try:
                await kick_listener(self._desk.services, call)
            except (ListenerUnknown, MountUnknown):
                continue
            count += 1
        return count

    async def move(self, caller: Caller, picks: Picks, to: str) -> int:
        """Let them go on at ``to``."""
        self._require(caller, Action.MOVE_LISTENERS, picks)
        filled(Move, {"to": to})
        by_mount: dict[str, list[int]] = defaultdict(list)
        for number, mount in picks.items():
            by_mount[mount].append(number)
        if len(by_mount) > 1:
            by_mount.pop(to, None)
        count = 0
        for mount, numbers in by_mount.items():
            body = Move(to=to, ids=tuple(numbers))
            call = self._desk.both(caller, About(mount=mount), body)
            count += (await move_listeners(self._desk.services, call)).listeners
        return count

    async def ban(self, caller: Caller, picks: Picks, params: Params) -> int:
        """Serve their addresses no more, for the time and the reason that the form gives."""
        lasting, reason = seconds_in(params), params.text("reason", "utf-8").strip()
        addresses = sorted({one.client.address for one in self.present(caller, picks)})
        if not addresses:
            return 0
        said = {"address": addresses[0], "seconds": lasting, "reason": reason}
        call = self._desk.sending(caller, filled(NewBan, said))
        await ban_all(self._desk.services, call, addresses)
        return len(addresses)

    def _require(self, caller: Caller, action: Action, picks: Picks) -> None:
        for mount in set(picks.values()):
            require(caller.principal, action, mount)
