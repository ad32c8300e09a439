"""AutoDJs that go over to another process, and those that come from one."""

import json
import os

from twisted.internet.interfaces import IReactorFDSet

from tinyice.autodj.adapting import Inherited
from tinyice.autodj.frozen_lines import frozen_in, lines_in, lines_of, text_of
from tinyice.autodj.lasting import ArrivingTable
from tinyice.autodj.running import RunningAutoDJ
from tinyice.handover.parts import ArrivingPart, Feeding, LeavingPart


def leaving(running: RunningAutoDJ) -> LeavingPart:
    """``running`` for another process: a line of what is only for that, then all of it."""
    table, mount = running.player.leaving(), running.mount
    head = json.dumps({"mount": mount, "table": None if table is None else table.state})
    state = text_of([head, *lines_of(running.freeze())])
    if table is None:
        return LeavingPart(state, let_go=running.leave)

    def let_go() -> None:
        running.leave()
        table.let_go()

    feeding = None if table.source is None else Feeding(mount, table.source)
    return LeavingPart(state, given=table.descriptors, feeding=feeding, let_go=let_go)


def inherited_of(part: ArrivingPart, reactor: IReactorFDSet) -> tuple[str, Inherited]:
    """The mount of an AutoDJ that another process has given, and itself."""
    head, *lines = lines_in(part.state)
    said = json.loads(head)
    table = None
    if said["table"] is not None:
        feeding = part.feeding
        table = ArrivingTable(
            said["table"],
            part.descriptors,
            None if feeding is None else feeding.source,
            None if feeding is None else feeding.begin,
            reactor,
        )

    def unwanted() -> None:
        for descriptor in part.descriptors:
            os.close(descriptor)

    return said["mount"], Inherited(frozen_in(lines), table, unwanted)
