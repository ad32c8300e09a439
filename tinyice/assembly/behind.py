"""What stands behind the pages, whether anybody has looked at one yet or not."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tinyice.assembly.access import Access
from tinyice.assembly.figures import Figures
from tinyice.assembly.metering import Metering
from tinyice.assembly.relaying import Relaying
from tinyice.assembly.reloading import Reloading
from tinyice.assembly.storage import Storage
from tinyice.assembly.studio import Studio
from tinyice.assembly.system import ThisServer
from tinyice.assembly.transcoding import Transcoding
from tinyice.assembly.upgrades import Upgrades
from tinyice.config.inforce import InForce
from tinyice.config.writer import ConfigWriter
from tinyice.core.chronicle import Chronicle
from tinyice.core.events import Event
from tinyice.core.hub import Sink
from tinyice.core.station import Station
from tinyice.geo.countries import Countries
from tinyice.web.branding import Branding
from tinyice.web.settings import WebSettings
from tinyice.work.threads import Worker


@dataclass(frozen=True, slots=True)
class Behind:
    """The parts of the station that its web site shows and changes."""

    station: Station
    access: Access
    gauges: Figures
    storage: Storage
    relaying: Relaying
    transcoding: Transcoding
    metering: Metering
    studio: Studio
    in_force: InForce
    writer: ConfigWriter
    reloading: Reloading
    upgrades: Upgrades
    settings: WebSettings
    now: Callable[[], datetime]
    publish: Callable[[Event], None]
    subscribe: Callable[[Sink], object]
    worker: Worker
    branding: Branding
    machine: ThisServer
    chronicle: Chronicle
    countries: Countries
