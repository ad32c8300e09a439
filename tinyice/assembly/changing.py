"""How the configuration is changed while it is in force, and what is tried before."""

from collections.abc import Callable
from dataclasses import dataclass

from tinyice.assembly.applying import examine
from tinyice.assembly.entrances import Entrances
from tinyice.assembly.ground import Ground
from tinyice.assembly.outputs import Outputs
from tinyice.assembly.ports import judge_ports
from tinyice.assembly.reloading import Manager, Reloading
from tinyice.config.load import Loaded
from tinyice.config.model import Config
from tinyice.config.saving import ConfigFile
from tinyice.config.writer import ConfigWriter
from tinyice.work.passwords import hash_now
from tinyice.work.threads import Worker


@dataclass(frozen=True, slots=True)
class Changing:
    """The one writer of the file, with the thread that it works in, and who reads it again."""

    writer: ConfigWriter
    worker: Worker
    reloading: Reloading


def make_changing(
    ground: Ground,
    loaded: Loaded,
    manager: Manager,
    outputs: Outputs,
    entrances: Callable[[], Entrances],
) -> Changing:
    """Make them, for the file that holds what was ``loaded``. ``manager`` is told of reloads."""
    worker = ground.worker("configuration")

    def examine_in_worker(before: Config, after: Config) -> None:
        examine(before, after)
        judge_ports(before, after, entrances().passed_keys)

    def read_again() -> None:
        outputs.reopen()
        entrances().reload_certificates()

    file = ConfigFile(ground.file.path, loaded.outside, hash_now, examine_in_worker)
    writer = ConfigWriter(
        file,
        loaded.document,
        ground.in_force,
        perform=worker.perform,
        publish=ground.hub.publish,
    )
    reloading = Reloading(
        writer, manager, read_again=read_again, serving=lambda: entrances().status
    )
    return Changing(writer, worker, reloading)
