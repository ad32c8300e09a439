"""The choice of a track that keeps the rules, or breaks as little as it must. Pure.

Rules give way in the order of ``Rule``: who listens minds the same album less than the
same artist, and that less than the same song. Something is always chosen from candidates.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from tinyice.autodj.separation import Likeness, Recent, Rule, Separation, likeness
from tinyice.core.tracks import Track

LOOKED_AT = 500
"""So many candidates are looked at; with more, those are drawn."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The index of the one that was chosen, and the rules that had to give way for it."""

    index: int
    relaxed: tuple[Rule, ...] = ()


def relaxed_words(relaxed: Sequence[Rule]) -> str:
    """What had to give way, for people; "" when nothing did."""
    if not relaxed:
        return ""
    return "too soon for the same " + " and ".join(rule.value for rule in relaxed)


def picked_words(track: Track, relaxed: Sequence[Rule], recent: Recent, now: float) -> str:
    """Why ``track`` was chosen at ``now``, for people."""
    if relaxed:
        return f"Picked because nothing else was left: {relaxed_words(relaxed)}."
    seen = recent.seen(Rule.ARTIST, likeness(track))
    if seen is None:
        return "Picked by chance. No rule relaxed."
    ago = _ago_words(max(0.0, now - seen.at))
    return f"Picked because this artist was not heard for {ago}. No rule relaxed."


def _ago_words(seconds: float) -> str:
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def choose(
    candidates: Sequence[Track],
    recent: Recent,
    separation: Separation,
    *,
    now: float,
    random: Random,
) -> Choice | None:
    """One of ``candidates`` at random among those that are not too soon at ``now``.

    If all are, the one that is longest ago among those for which least must give way;
    None only if there are no candidates.
    """
    order = random.sample(range(len(candidates)), min(len(candidates), LOOKED_AT))
    if not order:
        return None
    least: tuple[_Rank, Choice] | None = None
    for index in order:
        track = candidates[index]
        like = likeness(track)
        broken = tuple(rule for rule in Rule if recent.breaks(rule, like, separation, now))
        if not broken:
            return Choice(index)
        rank = _rank(track, like, broken, recent)
        if least is None or rank < least[0]:
            least = rank, Choice(index, broken)
    return None if least is None else least[1]


_Rank = tuple[int, tuple[int, ...], int]


def _rank(track: Track, like: Likeness, broken: tuple[Rule, ...], recent: Recent) -> _Rank:
    """How bad it is to break these: a rule that gives way later weighs more than all before.

    Of what weighs the same, that is better of which the rules, the last one first, and then
    the file itself, have seen nothing for longer.
    """
    weight = sum(1 << at for at, rule in enumerate(Rule) if rule in broken)
    seen = (recent.seen(rule, like) for rule in reversed(broken))
    itself = recent.path_seen(track.path)
    ordinals = tuple(each.ordinal for each in seen if each is not None)
    return weight, ordinals, -1 if itself is None else itself.ordinal
