"""Messages in the background, and leaving alone who does not answer."""

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tinyice.outbound.breaker import FAILURES, PAUSE_S, Breaker, Breakers
from tinyice.outbound.errors import Kind, OutboundError
from tinyice.outbound.notices import DELAYS_S, Notices

DOWN = OutboundError(Kind.CONNECT, "nobody there")


class Post:
    """What was sent, in order, and whether the other side answers."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.down = False
        self.held: list[Deferred[None]] | None = None

    def word(self, text: str) -> "Word":
        return Word(self, text)


class Word:
    """One message."""

    def __init__(self, post: Post, text: str) -> None:
        self.post = post
        self.text = text

    async def __call__(self) -> None:
        self.post.sent.append(self.text)
        if self.post.held is not None:
            waits: Deferred[None] = Deferred()
            self.post.held.append(waits)
            await waits
        if self.post.down:
            raise DOWN


class NoticesTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.post = Post()
        self.notices = Notices(self.clock, limit=4)

    def say(self, text: str, lane: str = "a", at_once: int = 1) -> bool:
        return self.notices.post(lane, self.post.word(text), at_once=at_once)

    def test_messages_are_sent(self) -> None:
        """What can be sent is sent at once, in order."""
        assert all(self.say(text) for text in "abcdefgh")
        assert "".join(self.post.sent) == "abcdefgh"
        assert self.notices.count == 0

    def test_the_order_survives_repetitions(self) -> None:
        """In a lane of one, what comes later waits until the earlier one is through."""
        self.post.down = True
        self.say("on")
        self.say("off")
        self.clock.advance(DELAYS_S[0])
        self.post.down = False
        self.clock.advance(DELAYS_S[1])
        assert self.post.sent == ["on", "on", "on", "off"]

    def test_it_ends(self) -> None:
        """A message that can't be delivered is dropped after a few times, and the next one goes."""
        self.post.down = True
        self.say("lost")
        for delay in DELAYS_S:
            self.clock.advance(delay)
        assert self.post.sent == ["lost"] * 4
        assert self.notices.count == 0
        self.post.down = False
        self.say("next")
        assert self.post.sent[-1] == "next"

    def test_lanes_do_not_wait_for_each_other(self) -> None:
        """An address that is down holds up its own messages only."""
        self.post.down = True
        self.say("a")
        self.post.down = False
        self.say("b", "other")
        assert self.post.sent == ["a", "b"]

    def test_memory_is_bounded(self) -> None:
        """What does not fit is dropped."""
        self.post.held = []
        assert [self.say("x", at_once=2) for _ in range(6)] == [True] * 4 + [False] * 2
        assert len(self.post.held) == 2
        while self.post.held:
            self.post.held.pop().callback(None)
        assert len(self.post.sent) == 4
        self.post.held = None
        assert self.say("y")

    def test_flush_sends_what_waits_once(self) -> None:
        """At the end there are no pauses; each message has one more chance."""
        self.post.down = True
        self.say("a")
        self.say("b")
        assert self.post.sent == ["a"]
        self.successResultOf(self.notices.flush(5))
        assert self.post.sent == ["a", "a", "b"]
        assert self.clock.getDelayedCalls() == []

    def test_flush_has_a_deadline(self) -> None:
        """Nobody waits for a site that keeps silent."""
        self.post.held = []
        self.say("a")
        flushed = self.notices.flush(5)
        self.assertNoResult(flushed)
        self.clock.advance(5)
        self.successResultOf(flushed)
        self.post.held.pop().callback(None)

    def test_nothing_to_flush(self) -> None:
        """With nothing to send the end is at once."""
        self.successResultOf(self.notices.flush(5))


class BreakerTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.breaker = Breaker(self.clock.seconds)

    def fail_until_broken(self) -> None:
        for _ in range(FAILURES):
            assert self.breaker.may_ask()
            self.breaker.failed()

    def test_failures_in_a_row_break_it(self) -> None:
        """An answer in between begins the count anew."""
        for _ in range(FAILURES - 1):
            self.breaker.failed()
        self.breaker.succeeded()
        for _ in range(FAILURES - 1):
            self.breaker.failed()
        assert self.breaker.may_ask()
        self.breaker.failed()
        assert not self.breaker.may_ask()

    def test_one_tries_after_the_pause(self) -> None:
        """Then one request tries; its answer opens the way for all, its failure closes it again."""
        self.fail_until_broken()
        self.clock.advance(PAUSE_S)
        assert [self.breaker.may_ask() for _ in range(3)] == [True, False, False]
        self.breaker.failed()
        assert not self.breaker.may_ask()
        self.clock.advance(PAUSE_S)
        assert self.breaker.may_ask()
        self.breaker.gave_up()
        assert self.breaker.may_ask()
        self.breaker.succeeded()
        assert [self.breaker.may_ask() for _ in range(3)] == [True] * 3

    def test_there_are_only_so_many(self) -> None:
        """Each address has its own; old ones are forgotten."""
        breakers = Breakers(self.clock.seconds)
        first = breakers.of("0")
        assert breakers.of("0") is first
        for number in range(300):
            breakers.of(str(number))
        assert breakers.of("0") is not first
