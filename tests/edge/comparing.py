"""What listeners heard, frame by frame, against what was sent."""

from programs.frames import id3_length, mpeg_length


def frames(data: bytes) -> list[bytes]:
    """The MPEG frames of ``data``, which begins with one; a cut last one is left out.

    What a joint is filled with may stand between them: a tag that players pass over.
    """
    found, at = [], id3_length(data[:10])
    while length := mpeg_length(data, at):
        if at + length > len(data):
            return found
        found.append(data[at : at + length])
        at += length
        at += id3_length(data[at : at + 10])
    assert at + 10 > len(data), f"no frame at {at}: {data[at : at + 16]!r}"
    return found


def places(audio: bytes, sent: bytes) -> list[int | None]:
    """For each frame of a listener, which frame of a stream it is; None: none of it."""
    numbers = {frame: number for number, frame in enumerate(frames(sent))}
    return [numbers.get(frame) for frame in frames(audio)]


def span(audio: bytes, sent: bytes) -> tuple[int, int]:
    """Which frames of a stream a listener heard first and last."""
    found = [place for place in places(audio, sent) if place is not None]
    return found[0], found[-1]


def never_old(audio: bytes, sent: bytes) -> int:
    """Check that nothing of the stream was heard twice or too late; how much of it was."""
    found = [place for place in places(audio, sent) if place is not None]
    assert found == sorted(set(found)), "old audio was heard again"
    return len(found)


def unbroken(audio: bytes, sent: bytes) -> int:
    """Check that a listener got one piece of the stream, without a gap; of how many frames."""
    found = places(audio, sent)
    begin = found[0]
    assert begin is not None
    assert found == list(range(begin, begin + len(found))), "there is a gap"
    return len(found)
