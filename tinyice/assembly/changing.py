"""How the configuration is changed while it is in force, and what is tried before."""

from collections.abc import Callable, Collection

from tinyice.assembly.applying import examine
from tinyice.assembly.ground import Ground
from tinyice.assembly.ports import judge_ports
from tinyice.config.load import Loaded
from tinyice.config.model import Config
from tinyice.config.saving import ConfigFile
from tinyice.config.writer import ConfigWriter
from tinyice.work.passwords import hash_now
from tinyice.work.threads import Worker


def make_writer(
    ground: Ground, loaded: Loaded, worker: Worker, passed_ports: Callable[[], Collection[str]]
) -> ConfigWriter:
    """The one writer of the file, which holds what was ``loaded``.

    ``passed_ports``: those that the configuration does not decide about.
    """

    def examine_in_worker(before: Config, after: Config) -> None:
        examine(before, after)
        judge_ports(before, after, passed_ports())

    file = ConfigFile(ground.file.path, loaded.outside, hash_now, examine_in_worker)
    return ConfigWriter(
        file,
        loaded.document,
        ground.in_force,
        perform=worker.perform,
        publish=ground.hub.publish,
    )
