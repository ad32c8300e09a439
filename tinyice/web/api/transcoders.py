"""Transcoders: mounts in other formats and bit rates, set up and looked after."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from tinyice.config import edits
from tinyice.config.items import Transcoder
from tinyice.core.access.permissions import Action
from tinyice.core.transcoding import TranscoderSnapshot, TranscoderState
from tinyice.web.api.changing import changed
from tinyice.web.api.entries import Entries, page_of
from tinyice.web.api.operation import Call, Given, Nothing, Operations
from tinyice.web.api.outgoing import given
from tinyice.web.api.services import Services
from tinyice.web.api.shapes import Done, Paged, Path, moment, usable_path

TRANSCODERS = Operations("transcoders")

Name = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=100,
        description="What the transcoder is called.",
        examples=["jazz in opus"],
    ),
]
Format = Literal["mp3", "opus", "aac", "flac"]
Bitrate = Annotated[int, Meta(ge=0, le=1000, description="In kbit/s.")]
SampleRate = Annotated[int, Meta(ge=0, le=192_000, description="In Hz; 0: as the input.")]
Channels = Annotated[int, Meta(ge=0, le=2, description="0: as the input, at most 2.")]
Visibility = Literal["", "public", "unlisted"]
Application = Literal["", "audio", "voip", "lowdelay"]
Complexity = Annotated[int, Meta(ge=0, le=10)]
FrameSize = Annotated[float, Meta(ge=0, le=60, description="In milliseconds; 0: 20.")]

_ENTRIES = Entries(
    "transcoders", "transcoder", "name", "name", edits.find_transcoder, edits.remove_transcoder
)


class TranscoderSettings(Given, frozen=True, kw_only=True):
    """What is set for a transcoder; what is not named stays, null goes back to the default."""

    input_mount: Path | UnsetType = UNSET
    output_mount: Path | UnsetType = UNSET
    format: Format | UnsetType | None = UNSET
    bitrate: Bitrate | UnsetType | None = UNSET
    sample_rate: SampleRate | UnsetType | None = UNSET
    channels: Channels | UnsetType | None = UNSET
    enabled: bool | UnsetType | None = UNSET
    visibility: Visibility | UnsetType | None = UNSET
    opus_application: Application | UnsetType | None = UNSET
    opus_vbr: bool | UnsetType | None = UNSET
    opus_complexity: Complexity | UnsetType | None = UNSET
    opus_frame_size_ms: FrameSize | UnsetType | None = UNSET


class NewTranscoder(TranscoderSettings, frozen=True, kw_only=True):
    """A transcoder to be made; without a ``name`` it is called as its output mount."""

    input_mount: Path
    output_mount: Path
    name: Name | None = None


class WhichTranscoder(Struct, frozen=True, kw_only=True):
    """Which transcoder, by what it is called."""

    name: Name


class TranscoderMade(Struct, frozen=True, kw_only=True):
    """The transcoder that was made or changed."""

    name: str
    status: str = "ok"
    notes: tuple[str, ...] = ()


class TranscoderNow(Struct, frozen=True, kw_only=True):
    """A transcoder, and how it is doing.

    ``state`` is one of off, idle (nothing is heard on its input), starting, ready (nobody
    listens, so nothing is encoded), encoding, refused; ``active``: its output can be
    heard. ``automatic``: it is there by ``auto_transcode_mp3_bitrates``, and can't be
    changed by itself. ``samplerate_now`` and ``channels_now`` are those in use, 0 as long
    as the input was not heard. ``shares``: so many others have the same encoder.
    ``process`` and what follows are of its input: how often its process was lost, how
    many bytes were too much for that, and how many pieces were damaged.
    """

    name: str
    input_mount: str
    output_mount: str
    format: str
    bitrate: int
    sample_rate: int
    channels: int
    enabled: bool
    visibility: str
    opus_application: str
    opus_vbr: bool
    opus_complexity: int
    opus_frame_size_ms: float
    automatic: bool
    state: str
    active: bool
    error: str
    since: str | None
    samplerate_now: int
    channels_now: int
    seconds_encoded: float
    bytes_encoded: int
    shares: int
    process: int | None
    restarts: int
    bytes_left_out: int
    faults: int


class TranscoderPage(Struct, frozen=True, kw_only=True):
    """Some transcoders by name. ``next`` is the ``after`` of the next page, if there is one."""

    items: tuple[TranscoderNow, ...]
    next: str | None
    total: int


@TRANSCODERS.add(
    "GET", "/api/transcoders", Action.SEE_TRANSCODERS, query=Paged, answer=TranscoderPage
)
async def list_transcoders(services: Services, call: Call[Paged, Nothing]) -> TranscoderPage:
    """The transcoders by name: those that are off too, and those that come with mounts."""
    running = {one.name: one for one in services.transcoders.snapshot()}
    named = {one.called: one for one in services.config().transcoders}
    known = {**{one.name: _automatic(one) for one in running.values()}, **named}
    page = page_of(known, call.query)
    return TranscoderPage(
        items=tuple(_now(known[name], running.get(name)) for name in page.names),
        next=page.next,
        total=page.total,
    )


@TRANSCODERS.add(
    "POST",
    "/api/transcoders",
    Action.CHANGE_TRANSCODERS,
    body=NewTranscoder,
    answer=TranscoderMade,
    status=201,
    refusals=(409,),
)
async def make_transcoder(services: Services, call: Call[Nothing, NewTranscoder]) -> TranscoderMade:
    """Let a mount play what another one plays, in another quality."""
    body = call.body
    output = usable_path(body.output_mount)
    called = body.name or Transcoder(output_mount=output).called
    edit = _ENTRIES.making(called, given(body, TranscoderSettings))
    return TranscoderMade(name=called, notes=await _change(services, call, edit, called, output))


@TRANSCODERS.add(
    "PATCH",
    "/api/transcoders",
    Action.CHANGE_TRANSCODERS,
    query=WhichTranscoder,
    body=TranscoderSettings,
    answer=TranscoderMade,
    refusals=(404,),
)
async def change_transcoder(
    services: Services, call: Call[WhichTranscoder, TranscoderSettings]
) -> TranscoderMade:
    """Change what is set for a transcoder, switch it off or on; others are not disturbed."""
    called, body = call.query.name, call.body
    if body.output_mount is not UNSET:
        usable_path(body.output_mount)
    edit = _ENTRIES.changing(called, given(body, TranscoderSettings))
    mount = _mount_of(services, called)
    return TranscoderMade(name=called, notes=await _change(services, call, edit, called, mount))


@TRANSCODERS.add(
    "DELETE",
    "/api/transcoders",
    Action.CHANGE_TRANSCODERS,
    query=WhichTranscoder,
    answer=Done,
    refusals=(404,),
)
async def remove_transcoder(services: Services, call: Call[WhichTranscoder, Nothing]) -> Done:
    """Forget a transcoder, and end it."""
    called = call.query.name
    edit = _ENTRIES.removing(called)
    return Done(notes=await _change(services, call, edit, called, _mount_of(services, called)))


async def _change(
    services: Services, call: Call[Struct, Struct], edit: edits.Edit, called: str, mount: str
) -> tuple[str, ...]:
    subject = f"transcoder {called}"
    action = Action.CHANGE_TRANSCODERS
    return await changed(services, call, edit, action=action, subject=subject, mount=mount)


def _mount_of(services: Services, called: str) -> str:
    found = (one.output_mount for one in services.config().transcoders if one.called == called)
    return next(found, "")


def _automatic(running: TranscoderSnapshot) -> Transcoder:
    """What one that comes with a mount would be in the configuration."""
    return Transcoder(
        name=running.name,
        input_mount=running.input,
        output_mount=running.output,
        format="mp3",
        bitrate=running.bitrate,
    )


def _now(named: Transcoder, running: TranscoderSnapshot | None) -> TranscoderNow:
    found = running or TranscoderSnapshot(
        name=named.called,
        input=named.input_mount,
        output=named.output_mount,
        bitrate=named.bitrate,
        state=TranscoderState.OFF,
    )
    return TranscoderNow(
        name=named.called,
        input_mount=named.input_mount,
        output_mount=named.output_mount,
        format=named.format,
        bitrate=named.bitrate,
        sample_rate=named.sample_rate,
        channels=named.channels,
        enabled=named.enabled,
        visibility=named.visibility,
        opus_application=named.opus_application,
        opus_vbr=named.opus_vbr,
        opus_complexity=named.opus_complexity,
        opus_frame_size_ms=named.opus_frame_size_ms,
        automatic=found.is_automatic,
        state=found.state.value,
        active=found.state in (TranscoderState.READY, TranscoderState.ENCODING),
        error=found.error,
        since=moment(found.since),
        samplerate_now=found.samplerate,
        channels_now=found.channels,
        seconds_encoded=found.seconds,
        bytes_encoded=found.bytes_out,
        shares=found.shares,
        process=found.process,
        restarts=found.restarts,
        bytes_left_out=found.left_out,
        faults=found.faults,
    )
