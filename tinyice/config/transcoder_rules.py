"""Rules for transcoders: each has a mount of its own, can be made, and none is a circle."""

from collections.abc import Iterator

from tinyice.config.faults import Fault
from tinyice.config.items import Transcoder
from tinyice.config.model import Config
from tinyice.config.mounts import chain_of
from tinyice.core.quality import MP3_KBITS, fault_of

Found = Iterator[tuple[tuple[str, ...], Fault]]


def faults_of_transcoders(config: Config) -> Found:
    """Give the faults of transcoders, each with the keys that it stands on."""
    outputs: dict[str, str] = {}
    names: set[str] = set()
    relayed = {relay.mount for relay in config.relays if relay.enabled}
    for index, transcoder in enumerate(config.transcoders):
        key = f"transcoders[{index}]"
        for field, message in _faults_of_mounts(transcoder, outputs, relayed):
            name = f"{key}.{field}"
            yield (
                (name, f"{key}.input_mount", f"{key}.output_mount", "relays"),
                Fault(name, message),
            )
        if transcoder.output_mount:
            outputs[transcoder.output_mount] = transcoder.input_mount
        if transcoder.called and transcoder.called in names:
            message = f'must differ from the others; "{transcoder.called}" is there twice'
            yield (f"{key}.name",), Fault(f"{key}.name", message)
        names.add(transcoder.called)
        fault = fault_of(transcoder.quality)
        if fault is not None:
            name = f"{key}.{fault[0]}"
            stands_on = (name, f"{key}.format", f"{key}.sample_rate", f"{key}.bitrate")
            yield stands_on, Fault(name, fault[1])
    yield from _circles(config)
    yield from _faults_of_automatic(config)


def _faults_of_mounts(
    transcoder: Transcoder, outputs: dict[str, str], relayed: set[str]
) -> Iterator[tuple[str, str]]:
    if not transcoder.input_mount:
        yield "input_mount", "must name the mount that is listened to"
    if not transcoder.output_mount:
        yield "output_mount", "must name the mount that is fed"
    elif transcoder.output_mount == transcoder.input_mount:
        yield "output_mount", "must not be the input mount: a mount can't feed itself"
    elif transcoder.output_mount in outputs:
        yield (
            "output_mount",
            f'must differ from the others; "{transcoder.output_mount}" is there twice',
        )
    elif transcoder.output_mount in relayed:
        yield "output_mount", f"must not be the mount of a relay: {transcoder.output_mount}"


def _circles(config: Config) -> Found:
    """Outputs that hear themselves, by way of others or of fallbacks; each circle is told once."""
    told: set[str] = set()
    for index, transcoder in enumerate(config.transcoders):
        way = _way(config, transcoder)
        is_itself = transcoder.input_mount == transcoder.output_mount
        if way and not is_itself and not told.intersection(way):
            told.update(way)
            key = f"transcoders[{index}].input_mount"
            words = " <- ".join((transcoder.output_mount, *way))
            message = f"must not lead in a circle: {words}"
            yield (key, "transcoders", "advanced_mounts", "fallback_mounts"), Fault(key, message)


def _way(config: Config, transcoder: Transcoder) -> tuple[str, ...]:
    """From the input of ``transcoder`` back to its output, through what each mount hears."""
    goal = transcoder.output_mount
    ways: list[tuple[str, ...]] = [(transcoder.input_mount,)]
    seen = {transcoder.input_mount}
    while ways:
        way = ways.pop(0)
        for heard in _heard_on(config, way[-1]):
            if heard == goal:
                return (*way, heard)
            if heard not in seen:
                seen.add(heard)
                ways.append((*way, heard))
    return ()


def _heard_on(config: Config, path: str) -> Iterator[str]:
    yield from (one.input_mount for one in config.transcoders if one.output_mount == path)
    yield from (element for element in chain_of(config, path) if element.startswith("/"))


def _faults_of_automatic(config: Config) -> Found:
    for index, kbits in enumerate(config.auto_transcode_mp3_bitrates):
        if kbits not in MP3_KBITS:
            key = f"auto_transcode_mp3_bitrates[{index}]"
            known = ", ".join(map(str, MP3_KBITS))
            yield (key,), Fault(key, f"must be one of {known}")
