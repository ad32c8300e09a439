"""All who bring sources when somebody listens, as one."""

from tinyice.core.chains import Demand
from tinyice.core.mount import Mount
from tinyice.core.mounts import Mounts


class Demands:
    """``Demand`` of several; the first that serves a mount is asked."""

    def __init__(self) -> None:
        self._each: list[Demand] = []

    def add(self, demand: Demand) -> None:
        """One more."""
        self._each.append(demand)

    def serves(self, path: str) -> bool:
        """``Demand.serves``."""
        return any(one.serves(path) for one in self._each)

    def wanted(self, mount: Mount) -> bool:
        """``Demand.wanted``."""
        found = next((one for one in self._each if one.serves(mount.path)), None)
        return found is not None and found.wanted(mount)

    def unwanted(self, mount: Mount) -> None:
        """``Demand.unwanted``."""
        for one in self._each:
            one.unwanted(mount)


def let_serve(mounts: Mounts, demand: Demand) -> None:
    """Ask ``demand``, too, where nothing is to be heard yet."""
    if not isinstance(mounts.demand, Demands):
        mounts.demand = Demands()
    mounts.demand.add(demand)
