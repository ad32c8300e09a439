"""Living behind everybody else, for child processes whose work can wait.

A niceness counts among the processes of one session only, where Linux makes a group of
each (``sched_autogroup``, as most systems have it): what a child computes is then held
against the whole session, and so against the audio, when others want the processor. A
child that lives behind has a session of its own, and is nice for that as a whole.
"""

import os
import time
from contextlib import suppress
from pathlib import Path

NICENESS = 10
"""Against 0 of the others: about a tenth of what each of them gets when they want all."""

SESSION_NICENESS = 5
"""The same of a session, which stands against all that runs here: about a third."""

_GROUP = Path("/proc/self/autogroup")
_AGAIN_S = 0.11
_TRIES = 5


def live_behind(niceness: int = NICENESS) -> None:
    """Be nice to all others, once; the disk's order follows the niceness, too."""
    with suppress(PermissionError):
        os.setsid()
    os.nice(niceness)
    if os.getsid(0) != os.getpid():
        # Begun by hand in a shell: what is said of a session would be said of that one.
        return
    for _ in range(_TRIES):
        try:
            _GROUP.write_text(str(SESSION_NICENESS))
        except BlockingIOError:
            # The kernel takes one such word each 0.1 s, from all processes together.
            time.sleep(_AGAIN_S)
        except OSError:
            # There are no such groups, or not for us.
            return
        else:
            return
