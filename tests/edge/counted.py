"""Runs twistd, and tells on a socket what objects there are: counted.py SOCKET OPTIONS...

The server is the real one; a thread beside it answers each connection with the
number of objects by type, as JSON, once the garbage is collected. Timers that are
over are no objects: the reactor lets them lie until there are many of them.
"""

import gc
import json
import socket
import sys
import threading
from collections import Counter


def answer(door: socket.socket) -> None:
    """Tell everyone who connects."""
    while True:
        connection, _ = door.accept()
        with connection:
            gc.collect()
            connection.sendall(json.dumps(counted(gc.get_objects())).encode())


def counted(objects: list[object]) -> Counter[str]:
    """How many there are by type."""
    from twisted.internet.base import DelayedCall

    over = [one for one in objects if type(one) is DelayedCall and not one.active()]
    left_out = {id(one) for one in over}
    # each has two methods of the reactor
    left_out.update(id(method) for one in over for method in (one.canceller, one.resetter))
    return Counter(
        f"{type(one).__module__}.{type(one).__qualname__}"
        for one in objects
        if id(one) not in left_out
    )


def main() -> None:
    """Begin to answer, then be twistd."""
    from twisted.scripts import twistd

    door = socket.socket(socket.AF_UNIX)
    door.bind(sys.argv[1])
    door.listen()
    threading.Thread(target=answer, args=(door,), daemon=True).start()
    sys.argv[:2] = ["twistd"]
    twistd.run()


main()
