"""Transcoders that go over to another process, and those that come from one."""

import json
import os
from collections.abc import Sequence
from functools import partial
from typing import Any

from twisted.internet.interfaces import IReactorFDSet

from tinyice.handover.parts import ArrivingPart, Feeding, LeavingPart
from tinyice.transcoding.link import CodecLink
from tinyice.transcoding.session import OutputMount
from tinyice.transcoding.transcoded import TranscodedInput
from tinyice.transcoding.transcoders import Go, InheritedInput, Transcoders
from tinyice.work.passing import LeavingChild


def leaving(transcoders: Transcoders) -> Sequence[LeavingPart]:
    """Each input with its process, then what it feeds."""
    found = []
    for path, tapped in transcoders.inputs().items():
        left = tapped.leaving()
        if left is None:
            continue
        state, child = left
        found.append(
            LeavingPart(
                _packed({"input": path, "state": state}),
                given=child.descriptors,
                let_go=partial(_let_go, tapped, child),
            )
        )
        for output in tapped.outputs.values():
            found += [_output(mount) for mount in output.mounts if mount.source is not None]
    return found


def inherit(
    transcoders: Transcoders, arriving: Sequence[ArrivingPart], reactor: IReactorFDSet
) -> None:
    """Let ``transcoders`` go on with these at their next ``apply``."""
    inputs: dict[str, InheritedInput] = {}
    outputs: dict[str, Go] = {}
    for part in arriving:
        said = json.loads(part.state)
        if "input" in said:
            inputs[said["input"]] = _input(said["state"], part, reactor)
        else:
            outputs[said["output"]] = partial(_go_on, said["state"], part)
    transcoders.inherit(inputs, outputs)


def _output(mount: OutputMount) -> LeavingPart:
    path, source = mount.settings.output, mount.source
    feeding = None if source is None else Feeding(path, source)
    state = _packed({"output": path, "state": mount.freeze()})
    return LeavingPart(state, feeding=feeding, let_go=mount.forsake)


def _let_go(tapped: TranscodedInput, child: LeavingChild) -> None:
    child.let_go()
    tapped.forsake()


def _input(state: Any, part: ArrivingPart, reactor: IReactorFDSet) -> InheritedInput:  # noqa: ANN401
    def adopt(link: CodecLink) -> None:
        link.adopt(state["link"], part.descriptors, reactor)

    def unwanted() -> None:
        for descriptor in part.descriptors:
            os.close(descriptor)

    return InheritedInput(state, adopt, unwanted)


def _go_on(state: Any, part: ArrivingPart, mount: OutputMount) -> None:  # noqa: ANN401
    if part.feeding is not None:
        mount.go_on(state, part.feeding.source, part.feeding.begin)


def _packed(said: object) -> bytes:
    return json.dumps(said).encode("ascii")
