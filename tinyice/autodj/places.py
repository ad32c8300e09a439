"""Where in a library the files of a playlist may be that was made elsewhere. Pure."""

from tinyice.wire.listed import Listed

SUFFIXES = 6
"""So many folders at the end of a path are looked for."""


def candidates(listed: Listed, root: str, folder: str) -> list[str]:
    """Paths in the library at ``root`` that may be meant, the likeliest first.

    The playlist is in ``folder`` of it. Absolute paths of another machine are looked for
    by their last parts; what leads out of the library is not looked for.
    """
    if listed.is_address:
        return []
    found: list[str] = []
    for place in dict.fromkeys((listed.place, listed.other_place, listed.place.strip())):
        spellings = (place, place.replace("\\", "/")) if "\\" in place else (place,)
        for spelling in spellings:
            found += _places(spelling, root, folder)
    return list(dict.fromkeys(found))


def _places(place: str, root: str, folder: str) -> list[str]:
    if not place:
        return []
    has_drive = place[1:2] == ":" and place[2:3] == "/"
    if place.startswith(f"{root}/"):
        return _straight(place[len(root) + 1 :])
    if place.startswith("/") or has_drive:
        parts = [part for part in place.split("/")[1:] if part]
        if ".." in parts:
            return []
        return ["/".join(parts[-count:]) for count in range(min(SUFFIXES, len(parts)), 0, -1)]
    beside = _straight(f"{folder}/{place}" if folder else place)
    # Many programs write what is relative to the library, wherever the playlist is.
    return beside + _straight(place)


def _straight(path: str) -> list[str]:
    """``path`` without dots; nothing if it leads out."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if not parts:
                return []
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return ["/".join(parts)] if parts else []
