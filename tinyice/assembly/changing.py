"""How the configuration is changed while it is in force, and who hears of it."""

from collections.abc import Callable
from pathlib import Path

from tinyice.assembly.applying import Reached, examine
from tinyice.config.inforce import InForce
from tinyice.config.load import Loaded
from tinyice.config.saving import ConfigFile
from tinyice.config.writer import ConfigWriter
from tinyice.core.events import Event
from tinyice.work.passwords import hash_now
from tinyice.work.threads import Worker


def make_writer(
    path: Path,
    loaded: Loaded,
    in_force: InForce,
    worker: Worker,
    *,
    publish: Callable[[Event], None],
) -> ConfigWriter:
    """The one writer of the file at ``path``, which holds what was ``loaded``."""
    file = ConfigFile(path, loaded.outside, hash_now, examine)
    return ConfigWriter(file, loaded.document, in_force, perform=worker.perform, publish=publish)


def let_changes_reach(in_force: InForce, reached: Reached) -> None:
    """Bring every change to those who act on it."""
    in_force.watch(reached.apply)
