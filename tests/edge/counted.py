"""Runs twistd, and tells on a socket what objects there are: counted.py SOCKET OPTIONS...

The server is the real one; a thread beside it answers each connection with the
number of objects by type, as JSON, once the garbage is collected.
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
            found = Counter(
                f"{type(one).__module__}.{type(one).__qualname__}" for one in gc.get_objects()
            )
            connection.sendall(json.dumps(found).encode())


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
