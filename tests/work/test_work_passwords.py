"""Passwords: right ones at once, wrong ones dear, nobody held up."""

from collections.abc import Coroutine
from typing import TypeVar

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tinyice.work.jobs import Busy
from tinyice.work.passwords import Passwords, UnusablePassword, hash_now, is_hash
from tinyice.work.testing import MemoryWorker
from tinyice.work.threads import Worker
from work.mailbox import Mailbox

T = TypeVar("T")
CHEAP = 4
SECRET = b"open sesame"
HASHED = hash_now(SECRET.decode(), CHEAP)
OTHER = hash_now("another", CHEAP)


def ask(story: Coroutine[Deferred[object], object, T]) -> Deferred[T]:
    return Deferred.fromCoroutine(story)


class PasswordsTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.worker = MemoryWorker(limit=5)
        self.passwords = Passwords([self.worker], key=b"k" * 32, cost=CHEAP, remembered=2)

    def verify(self, password: bytes, hashed: str) -> bool:
        answer = ask(self.passwords.verify(password, hashed))
        self.worker.flush()
        return self.successResultOf(answer)

    def test_right_and_wrong(self) -> None:
        """A password opens its own hash and no other."""
        assert self.verify(SECRET, HASHED)
        assert not self.verify(b"sesame", HASHED)
        assert not self.verify(SECRET, OTHER)

    def test_old_prefixes(self) -> None:
        """Hashes of other programs ($2a$, $2y$) open as well."""
        assert self.verify(SECRET, HASHED.replace("$2b$", "$2a$"))
        assert self.verify(SECRET, HASHED.replace("$2b$", "$2y$"))

    def test_right_pairs_are_remembered(self) -> None:
        """The second time, a right pair is answered at once, without any work."""
        assert self.verify(SECRET, HASHED)
        begun = self.worker.begun
        assert self.successResultOf(ask(self.passwords.verify(SECRET, HASHED)))
        assert self.worker.begun == begun

    def test_wrong_pairs_are_not_remembered(self) -> None:
        """A wrong password costs its work every time."""
        for _ in range(3):
            assert not self.verify(b"guess", HASHED)
        assert self.worker.begun == 3

    def test_memory_is_bounded(self) -> None:
        """Beyond the bound the pair that was asked for longest ago is forgotten."""
        for secret in (b"another", b"another", SECRET):
            hashed = OTHER if secret == b"another" else HASHED
            assert self.verify(secret, hashed)
        third = hash_now("third", CHEAP)
        assert self.verify(b"third", third)
        begun = self.worker.begun
        assert self.verify(SECRET, HASHED)
        assert self.worker.begun == begun
        assert self.verify(b"another", OTHER)
        assert self.worker.begun == begun + 1

    def test_passwords_are_not_kept(self) -> None:
        """What is remembered holds neither the password nor the hash."""
        assert self.verify(SECRET, HASHED)
        kept = repr(vars(self.passwords))
        assert SECRET.decode() not in kept
        assert HASHED not in kept

    def test_the_same_question_is_asked_once(self) -> None:
        """Equal checks at the same time share their work; one may be cancelled."""
        answers = [ask(self.passwords.verify(SECRET, HASHED)) for _ in range(10)]
        assert self.worker.waiting == 1
        answers[0].cancel()
        self.worker.flush()
        assert all(self.successResultOf(answer) for answer in answers[1:])
        self.failureResultOf(answers[0])

    def test_what_was_right_is_remembered(self) -> None:
        """Only a pair that was checked and right is remembered."""
        assert not self.passwords.remembers(SECRET, HASHED)
        assert not self.verify(b"wrong", HASHED)
        assert self.verify(SECRET, HASHED)
        assert self.passwords.remembers(SECRET, HASHED)
        assert not self.passwords.remembers(b"wrong", HASHED)
        assert not self.passwords.remembers(SECRET, "no hash é")
        assert not self.passwords.remembers(SECRET + b"\0", HASHED)

    def test_impossible_passwords(self) -> None:
        """Over 72 bytes or with NUL: wrong, at the cost of a check, never an error."""
        for impossible in (b"x" * 73, b"a\0b", SECRET + b"\0", b"\0" * 500):
            begun = self.worker.begun
            assert not self.verify(impossible, HASHED)
            assert self.worker.begun == begun + 1

    def test_the_longest_password(self) -> None:
        """72 bytes count all."""
        longest = "é" * 36
        hashed = hash_now(longest, CHEAP)
        assert self.verify(longest.encode(), hashed)
        assert not self.verify(longest.encode()[:-1] + b"x", hashed)

    def test_malformed_hashes(self) -> None:
        """A hash that is none, or asks for years of work, is never right, and no error."""
        for broken in ("", "plain", HASHED[:-1], HASHED + "x", "$2b$04$" + "z" * 53, "é" * 60):
            assert not self.verify(SECRET, broken)
        assert not is_hash(HASHED.replace("$04$", "$31$"))
        assert not self.verify(SECRET, HASHED.replace("$04$", "$31$"))

    def test_unknown_users_cost_as_much(self) -> None:
        """A user that does not exist takes the work of a check, too."""
        answer = ask(self.passwords.equal_cost_miss(SECRET))
        assert self.worker.flush() == 1
        assert self.successResultOf(answer) is False

    def test_hashes_are_made(self) -> None:
        """A new hash has the cost that was set and opens with its password."""
        answer = ask(self.passwords.hash("näu"))
        self.worker.flush()
        hashed = self.successResultOf(answer)
        assert hashed.startswith("$2b$04$")
        assert self.verify("näu".encode(), hashed)

    def test_unusable_new_passwords(self) -> None:
        """No hash is made for what could never be checked."""
        for unusable in ("x" * 73, "a\0b"):
            self.failureResultOf(ask(self.passwords.hash(unusable)), UnusablePassword)
            with pytest.raises(UnusablePassword):
                hash_now(unusable, CHEAP)

    def test_a_flood_of_wrong_logins(self) -> None:
        """Under 50 bad logins a second the rest is Busy and a known encoder gets in at once."""
        assert self.verify(SECRET, HASHED)
        flood = [ask(self.passwords.verify(b"guess %d" % n, HASHED)) for n in range(50)]
        assert self.worker.waiting == 5
        for refused in flood[5:]:
            assert self.failureResultOf(refused, Busy).value.retry_after > 0
        assert self.successResultOf(ask(self.passwords.verify(SECRET, HASHED)))
        self.worker.flush()
        assert not any(self.successResultOf(answer) for answer in flood[:5])
        assert self.verify(b"guess 7", HASHED) is False

    def test_the_shortest_queue_is_taken(self) -> None:
        """With several workers the work is spread."""
        workers = [MemoryWorker(), MemoryWorker()]
        passwords = Passwords(workers, key=b"k" * 32, cost=CHEAP)
        for number in range(4):
            ask(passwords.verify(b"%d" % number, HASHED))
        assert [worker.waiting for worker in workers] == [2, 2]


class ThreadedPasswordsTests(SynchronousTestCase):
    def test_in_a_thread(self) -> None:
        """The same holds with bcrypt in a real thread."""
        mailbox = Mailbox()
        worker = Worker("passwords", 5, deliver=mailbox.deliver, clock=Clock())
        passwords = Passwords([worker], key=b"k" * 32, cost=CHEAP)
        answers = [ask(passwords.verify(word, HASHED)) for word in (SECRET, b"wrong")]
        mailbox.take_until(lambda: all(answer.called for answer in answers))
        assert [self.successResultOf(answer) for answer in answers] == [True, False]
        stopped = worker.stop(5.0)
        mailbox.take_until(lambda: stopped.called)
