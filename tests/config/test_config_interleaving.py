"""Many change the configuration at once, by the server and by hand: nothing is lost."""

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.defer import Deferred

from config.writers import Desk, desk
from tinyice.config.edits import Edit
from tinyice.config.faults import NotSaved

STEPS = st.lists(st.sampled_from(["ask", "work", "work", "by hand", "give up"]), max_size=40)


def banning(address: str) -> Edit:
    """An edit that adds to a list."""

    def ban(document: dict[str, Any]) -> None:
        document.setdefault("banned_ips", []).append(address)

    return ban


class Story:
    """What was asked for, and what became of it."""

    def __init__(self, one: Desk) -> None:
        self.one = one
        self.count = 0
        self.asked: dict[str, Deferred[tuple[str, ...]]] = {}
        self.outcomes: dict[str, object] = {}
        self.by_hand: list[str] = []

    def ask(self) -> None:
        """Somebody wants an address banned."""
        self.count += 1
        address = f"192.0.2.{self.count}"
        answer = self.asked[address] = self.one.ask(banning(address))
        answer.addBoth(lambda result: self.outcomes.update({address: result}))

    def work(self) -> None:
        """The worker does one step."""
        self.one.worker.step()

    def by_hand_now(self) -> None:
        """Somebody adds a ban to the file with an editor."""
        self.count += 1
        document = self.one.document
        self.by_hand.append(f"198.51.100.{self.count}")
        document.setdefault("banned_ips", []).append(self.by_hand[-1])
        self.one.path.write_text(json.dumps(document), encoding="utf-8")

    def give_up(self) -> None:
        """Who asked last hangs up."""
        if self.asked:
            list(self.asked.values())[-1].cancel()


@given(STEPS)
@settings(max_examples=60)
def test_no_interleaving_loses_a_change(steps: list[str]) -> None:
    """Each change is in the file once, or whoever asked was told that it is not."""
    with tempfile.TemporaryDirectory() as folder:
        story = Story(desk(Path(folder), {"webhooks": [{"kept": True}]}))
        doings = {
            "ask": story.ask,
            "work": story.work,
            "by hand": story.by_hand_now,
            "give up": story.give_up,
        }
        for step in steps:
            doings[step]()
        story.one.worker.flush()
        check(story)


def check(story: Story) -> None:
    """Compare what is in force, in the file, and told."""
    one = story.one
    filed = one.document.get("banned_ips", [])
    assert len(set(filed)) == len(filed)
    assert set(story.by_hand) <= set(filed)
    for address in story.asked:
        outcome = story.outcomes[address]
        if outcome == ():
            assert address in filed
        elif isinstance(getattr(outcome, "value", None), NotSaved):
            assert address not in filed
    assert one.document["webhooks"] == [{"kept": True}]
    one.reload()
    assert list(one.config.banned_ips) == filed
    added = [each for event in one.events for each in told(event.after)]
    assert sorted(added) == sorted(filed)
    assert sorted(path.name for path in one.path.parent.iterdir()) == ["tinyice.json"]


def told(after: Any) -> list[str]:  # noqa: ANN401 - what an event tells
    """The bans that an event tells of."""
    found: list[str] = after.get("banned_ips", [])
    return found
