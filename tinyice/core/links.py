"""The chain of a mount as people see it: what would be heard, and how that is."""

from tinyice.core.hearing import is_silent
from tinyice.core.inputs import LIVE, Input, kind_of_element, slots_of
from tinyice.core.mount import Mount
from tinyice.core.snapshots import ChainLink, LinkState


def links_of(mount: Mount) -> tuple[ChainLink, ...]:
    """Everything that could be heard, best first; nothing of a mount with a source alone."""
    chain, inputs = mount.settings.chain, mount.air.inputs
    if not chain and len(inputs) <= 1:
        return ()
    slots = [
        slot
        for slot in slots_of(chain)
        if slot in chain or slot == LIVE or inputs.at(slot) is not None
    ]
    on_air = mount.air.on_air
    behind = len(slots) if on_air is None else _place(slots, on_air.slot)
    return tuple(
        _link(mount, slot, inputs.at(slot), is_better=place < behind)
        for place, slot in enumerate(slots)
    )


def _place(slots: list[str], slot: str) -> int:
    return slots.index(slot) if slot in slots else len(slots)


def _link(mount: Mount, slot: str, entry: Input | None, *, is_better: bool) -> ChainLink:
    kind = kind_of_element(slot)
    name = slot.partition(":")[2] if kind == "file" else slot
    state, reason = _state(mount, slot, entry, is_better=is_better)
    return ChainLink(kind, name, state, reason)


def _state(
    mount: Mount, slot: str, entry: Input | None, *, is_better: bool
) -> tuple[LinkState, str]:
    air, settings, now = mount.air, mount.settings, mount.now()
    state, reason = LinkState.READY, ""
    if entry is None:
        state, reason = LinkState.LOST, "off air" if slot.startswith("/") else "not there"
    elif entry is air.on_air:
        state = LinkState.ON_AIR
    elif entry.refused:
        state, reason = LinkState.REFUSED, entry.refused
    elif entry.is_stalled(now, settings.stall_after_s):
        state, reason = LinkState.LOST, "brings nothing"
    elif not entry.is_ready:
        state, reason = LinkState.WAITING, "nothing to hear of it yet"
    elif is_silent(mount, entry):
        state, reason = LinkState.SILENT, "is silent"
    elif is_better:
        needed = air.switching.needs_s(slot, return_after_s=settings.return_after_s)
        state, reason = LinkState.WAITING, f"heard once it was good for {needed:g} s"
    return state, reason
