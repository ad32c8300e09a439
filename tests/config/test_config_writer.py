"""The one writer of the configuration: on disk first, then in force, and nothing is lost."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import CancelledError
from twisted.internet.task import Clock

from config.configs import HASH, OTHER_HASH, fake_hash
from config.writers import ANNA, CLIENT, desk, setting, settled
from tinyice.config.edits import Edit
from tinyice.config.faults import ConfigFaults, FileRefused, NotSaved
from tinyice.config.judge import Outside
from tinyice.config.load import MAX_FILE_BYTES
from tinyice.config.model import Config
from tinyice.config.saving import ConfigFile
from tinyice.config.writer import ConfigWriter
from tinyice.core.errors import MountUnknown, Overloaded
from tinyice.core.events import ChangeMade, ConfigurationRefused
from tinyice.work.threads import Worker
from work.mailbox import Mailbox


def nothing(_document: dict[str, Any]) -> None:
    """Change nothing."""


def test_a_change_is_saved_and_then_in_force_and_told(tmp_path: Path) -> None:
    """While it is not on disk, nobody acts on it or hears of it."""
    one = desk(tmp_path, {"location": "Here", "max_listeners": 5})
    seen: list[tuple[str, str, str]] = []

    def changed(before: Config, after: Config) -> None:
        seen.append((before.location, after.location, one.document["location"]))

    one.in_force.watch(changed)
    answer = one.ask(setting(location="There"), "settings")
    while not answer.called:
        assert (one.config.location, one.events) == ("Here", [])
        assert one.worker.step()
    assert seen == [("Here", "There", "There")]
    assert one.events == [
        ChangeMade(
            user="anna",
            via="session",
            client=CLIENT,
            action="settings.change",
            subject="settings",
            mount="/m",
            before={"location": "Here"},
            after={"location": "There"},
        )
    ]


def test_keys_that_nobody_uses_and_their_order_survive(tmp_path: Path) -> None:
    """An edit sees what the file holds, not what the model makes of it."""
    document = {
        "webhooks": [{"url": "http://x", "password": "stays"}],
        "port": "8000",
        "api_tokens": [{"id": "a", "hash": "0" * 64, "last_used_ip": "::1"}],
        "location": "",
        "setup_complete": True,
    }
    one = desk(tmp_path, document)
    one.change(setting(location="There", page_title="New"))
    wanted = {**document, "location": "There", "page_title": "New"}
    assert one.text == json.dumps(wanted, indent=4) + "\n"


def test_what_is_the_case_already_is_not_written_or_told(tmp_path: Path) -> None:
    """Setting a key to what it is changes not even the layout of the file."""
    one = desk(tmp_path, '{"location":"Here",\n\n "port": 8000}')
    before = (one.text, one.path.stat().st_ino)
    assert one.change(setting(location="Here")) == ()
    assert (one.text, one.path.stat().st_ino) == before
    assert (one.events, one.examined) == ([], [])


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"port": "x"}, "port"),
        ({"prot": 1}, "prot"),
        ({"shoutcast_port": 8000}, "shoutcast_port"),
        ({"fallback_mounts": {"/a": "/a"}}, "fallback_mounts./a"),
        ({"location": "\ud800"}, "location"),
        ({"users": {"\ud800": {}}}, "users.\\ud800"),
        ({"banned_ips": ("::1",)}, "banned_ips"),
    ],
)
def test_a_change_with_a_fault_changes_nothing(
    tmp_path: Path, values: dict[str, Any], key: str
) -> None:
    one = desk(tmp_path, {"location": "Here"})
    before = (one.text, one.config)
    with pytest.raises(ConfigFaults) as caught:
        one.change(setting(**values))
    assert [fault.key for fault in caught.value.faults] == [key]
    assert (one.text, one.config, one.events) == (*before, [])


def test_what_lies_outside_of_the_file_is_examined_before_it_is_saved(tmp_path: Path) -> None:
    """A certificate that can't be read keeps the change from being made."""
    one = desk(tmp_path, {})
    one.refuses = "can't be read"
    with pytest.raises(ConfigFaults, match="cert_file"):
        one.change(setting(location="There"))
    assert one.document == {}
    ((before, after),) = one.examined
    assert (before.location, after.location) == ("", "There")


def test_an_edit_may_refuse(tmp_path: Path) -> None:
    """What it raises reaches who asked; the next change goes on."""
    one = desk(tmp_path, {})

    def refusing(document: dict[str, Any]) -> None:
        document["location"] = "half done"
        raise MountUnknown("/x")

    with pytest.raises(MountUnknown):
        one.change(refusing)
    with pytest.raises(KeyError):
        one.change(lambda document: document.pop("nothing"))
    assert one.document == {}
    one.change(setting(location="There"))
    assert one.document == {"location": "There"}


def test_plain_passwords_become_hashes_before_anything_is_written(tmp_path: Path) -> None:
    one = desk(tmp_path, {"admin_password": HASH})
    users = {"dj": {"password": "plain", "mounts": {"/a": OTHER_HASH}}}
    one.change(setting(users=users, relay_password="plain too"))
    assert one.document["users"]["dj"]["password"] == fake_hash("plain")
    assert one.config.users["dj"].password == fake_hash("plain")
    assert one.config.relay_password == fake_hash("plain too")
    assert "plain" not in str(one.events)
    assert one.events[0].after == {
        "users.dj.password": "***",
        "users.dj.mounts./a": "***",
        "relay_password": "***",
    }


def test_what_is_given_elsewhere_is_saved_and_not_in_force(tmp_path: Path) -> None:
    """Whoever asked is told that the environment or the command line has the last word."""
    environ = {"TINYICE_LOCATION": "Outside", "TINYICE_RELAY_PASSWORD": "given"}
    one = desk(tmp_path, {}, environ=environ, overrides={"port": "9000"})
    assert one.config.relay_password == fake_hash("given")
    notes = one.change(setting(location="There", port=8005, page_title="New"))
    assert notes == (
        "location: saved, but TINYICE_LOCATION is in force",
        "port: saved, but --port is in force",
    )
    assert one.document == {"location": "There", "port": 8005, "page_title": "New"}
    assert (one.config.location, one.config.port) == ("Outside", 9000)
    assert one.config.page_title == "New"
    assert one.config.relay_password == fake_hash("given")
    assert set(one.events[0].after) == {"location", "port", "page_title"}


def test_what_waits_for_a_start_is_told(tmp_path: Path) -> None:
    one = desk(tmp_path, {"workers": 1})
    notes = one.change(setting(data_dir="/x", https_port=8443, page_title="New"))
    assert notes == ("data_dir: saved, and in force from the next start",)
    assert one.change(setting(page_title="Newer")) == ()


def test_a_note_that_a_change_gives_rise_to_is_told_once(tmp_path: Path) -> None:
    one = desk(tmp_path, {"webhooks": []})
    (note,) = one.change(setting(burst_size=500000))
    assert note.startswith("burst_size: 500000 is more than half")
    assert one.change(setting(location="There")) == ()


def test_changes_wait_for_each_other_in_order(tmp_path: Path) -> None:
    """Each sees all that came before it."""
    one = desk(tmp_path, {})
    order: list[str] = []

    def adding(name: str) -> Edit:
        def add(document: dict[str, Any]) -> None:
            order.append(name)
            document.setdefault("users", {})[name] = {"role": "dj"}

        return add

    answers = [one.ask(adding(name)) for name in ("a", "b", "c")]
    one.worker.flush()
    assert all(answer.called for answer in answers)
    assert order == ["a", "b", "c"]
    assert list(one.document["users"]) == ["a", "b", "c"]
    assert [list(event.after) for event in one.events] == [
        ["users.a.role"],
        ["users.b.role"],
        ["users.c.role"],
    ]


def test_more_than_may_wait_is_refused(tmp_path: Path) -> None:
    one = desk(tmp_path, {}, waiting_max=2)
    answers = [one.ask(setting(max_sources=n)) for n in range(1, 4)]
    with pytest.raises(Overloaded):
        one.change(setting(max_sources=9))
    assert all(answer.called for answer in answers)
    assert one.document == {"max_sources": 3}


def test_who_goes_away_before_it_begins_changes_nothing(tmp_path: Path) -> None:
    one = desk(tmp_path, {})
    first, second = one.ask(setting(location="a")), one.ask(setting(location="b"))
    second.cancel()
    with pytest.raises(CancelledError):
        settled(second, one.worker)
    assert settled(first, one.worker) == ()
    assert one.document == {"location": "a"}


def test_a_change_that_has_begun_is_carried_through(tmp_path: Path) -> None:
    """Who asked may hang up in the middle: disk and memory still agree."""
    one = desk(tmp_path, {})
    answer = one.ask(setting(location="a"))
    assert one.worker.step()
    answer.cancel()
    with pytest.raises(CancelledError):
        settled(answer, one.worker)
    assert one.document == {"location": "a"}
    assert one.config.location == "a"
    assert len(one.events) == 1


def test_what_was_changed_by_hand_comes_into_force_with_the_next_change(tmp_path: Path) -> None:
    """Nothing is overwritten; the audit tells apart who did what."""
    one = desk(tmp_path, {"location": "Here"})
    one.change(setting(page_title="first"))
    one.path.write_text('{"location": "By hand", "page_title": "first"}', encoding="utf-8")
    one.change(setting(page_title="second"))
    assert one.document == {"location": "By hand", "page_title": "second"}
    assert (one.config.location, one.config.page_title) == ("By hand", "second")
    by_hand, ours = one.events[1:]
    assert (by_hand.user, by_hand.via, by_hand.client.address) == ("", "file", "")
    assert (by_hand.before, by_hand.after) == ({"location": "Here"}, {"location": "By hand"})
    assert (ours.user, ours.after) == (ANNA.name, {"page_title": "second"})


def test_an_edit_by_hand_just_before_the_save_is_kept_too(tmp_path: Path) -> None:
    """The file is looked at again before it is replaced; the change is then made anew."""
    one = desk(tmp_path, {})
    answer = one.ask(setting(page_title="ours"))
    assert one.worker.step()
    one.path.write_text('{"location": "By hand"}', encoding="utf-8")
    assert settled(answer, one.worker) == ()
    assert one.document == {"location": "By hand", "page_title": "ours"}
    assert (one.config.location, one.config.page_title) == ("By hand", "ours")


def test_a_file_that_never_rests_is_left_alone(tmp_path: Path) -> None:
    one = desk(tmp_path, {})
    answer = one.ask(setting(page_title="ours"))
    for count in range(100):
        one.worker.step()
        one.path.write_text(json.dumps({"location": str(count)}), encoding="utf-8")
    with pytest.raises(NotSaved, match="changed by somebody else"):
        settled(answer, one.worker)
    assert one.config.page_title == "tinyice"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"location": "By hand",}', "take the comma out"),
        ('{"prot": 8000}', 'prot: unknown key; did you mean "port"?'),
        ("\xff", "not text in UTF-8"),
        (None, "there is no such file"),
    ],
)
def test_a_file_that_was_broken_by_hand_is_not_overwritten(
    tmp_path: Path, text: str | None, words: str
) -> None:
    one = desk(tmp_path, {"location": "Here"})
    before = one.config
    if text is None:
        one.path.unlink()
    else:
        one.path.write_bytes(text.encode("latin-1"))
    with pytest.raises(NotSaved) as caught:
        one.change(setting(location="There"))
    assert words in caught.value.reason
    assert (one.config, one.events) == (before, [])
    assert (one.path.read_bytes().decode("latin-1") if text else None) == text


def test_reading_the_file_anew_puts_it_in_force(tmp_path: Path) -> None:
    """Passwords written by hand become hashes then; that it was read is told in any case."""
    one = desk(tmp_path, {"location": "Here"})
    assert one.reload() == ()
    ((action, after),) = ((event.action, event.after) for event in one.events)
    assert (action, after) == ("server.reload", {})
    one.events.clear()
    one.path.write_text('{"location": "By hand", "admin_password": "plain"}', encoding="utf-8")
    one.reload()
    assert (one.config.location, one.config.admin_password) == ("By hand", fake_hash("plain"))
    assert one.document["admin_password"] == fake_hash("plain")
    by_hand, ours = one.events
    assert by_hand.after == {"location": "By hand", "admin_password": "***"}
    assert (ours.action, ours.after) == ("server.reload", {"admin_password": "***"})


def test_a_file_with_faults_is_not_put_in_force_and_that_is_told(tmp_path: Path) -> None:
    """Every fault of it, with who asked; nor is one that asks for what can't be had."""
    one = desk(tmp_path, {"location": "Here"})
    one.path.write_text('{"location": "By hand", "prot": 1, "port": "x"}', encoding="utf-8")
    with pytest.raises(FileRefused, match="prot"):
        one.reload()
    one.path.write_text('{"location": "By hand"}', encoding="utf-8")
    one.refuses = "can't be read"
    with pytest.raises(FileRefused, match="cert_file: can't be read"):
        one.reload()
    first, second = one.events
    assert isinstance(first, ConfigurationRefused)
    assert (first.user, first.via, len(first.faults)) == ("anna", "session", 2)
    assert second == ConfigurationRefused("anna", "session", CLIENT, ("cert_file: can't be read",))
    assert one.config.location == "Here"
    one.refuses = ""
    one.reload()
    assert one.config.location == "By hand"


def test_a_reload_tells_what_waits_for_a_start(tmp_path: Path) -> None:
    one = desk(tmp_path, {})
    one.path.write_text('{"data_dir": "/elsewhere"}', encoding="utf-8")
    assert one.reload() == ("data_dir: saved, and in force from the next start",)
    assert one.reload() == ()


def test_a_document_that_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    one = desk(tmp_path, {"location": "Here"})
    with pytest.raises(NotSaved, match="more than"):
        one.change(setting(page_title="x" * MAX_FILE_BYTES))
    assert one.document == {"location": "Here"}


def test_a_watcher_that_fails_is_no_loss_to_the_audit(tmp_path: Path) -> None:
    """The change is on disk: it is told, and whoever asked learns that something is wrong."""
    one = desk(tmp_path, {})

    def failing(_before: Config, _after: Config) -> None:
        raise ZeroDivisionError

    one.in_force.watch(failing)
    with pytest.raises(ZeroDivisionError):
        one.change(setting(location="There"))
    assert one.config.location == "There"
    assert [event.after for event in one.events] == [{"location": "There"}]


def test_reading_judging_hashing_and_saving_are_a_workers_business(tmp_path: Path) -> None:
    """Nothing of it happens on the thread that serves the audio."""
    here = threading.current_thread()
    one = desk(tmp_path, {})
    hashers: list[threading.Thread] = []

    def hasher(password: str) -> str:
        hashers.append(threading.current_thread())
        return fake_hash(password)

    mailbox = Mailbox()
    worker = Worker("settings", 4, deliver=mailbox.deliver, clock=Clock())
    file = ConfigFile(one.path, Outside(), hasher, lambda _before, _after: None)
    one.writer = ConfigWriter(
        file,
        {},
        one.in_force,
        perform=worker.perform,
        publish=one.events.append,  # type: ignore[arg-type]
    )
    edits: list[threading.Thread] = []

    def edit(document: dict[str, Any]) -> None:
        edits.append(threading.current_thread())
        document["admin_password"] = "plain"

    answer = one.ask(edit)
    mailbox.take_until(lambda: answer.called)
    assert one.config.admin_password == fake_hash("plain")
    assert edits == [here]
    assert len(hashers) == 1
    assert hashers != [here]
    worker.stop(1)
    mailbox.take()
