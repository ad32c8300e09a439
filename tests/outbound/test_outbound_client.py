"""Requests to real servers on loopback, and to places where none may go."""

import json
import random
from collections.abc import Awaitable, Callable

import trustme
from twisted.internet import reactor, ssl
from twisted.internet.defer import CancelledError, Deferred, gatherResults
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase
from twisted.web.server import NOT_DONE_YET, Request, Site

from outbound.webserver import HOST, QUICK, Book, Echo, Net, Talker, Talking, redirect
from tinyice.outbound.client import Outbound
from tinyice.outbound.destination import Login
from tinyice.outbound.errors import Kind, OutboundError
from tinyice.outbound.guard import NOBODY
from tinyice.outbound.limits import Capacity, Limits


class ClientTests(TestCase):
    timeout = 20

    def setUp(self) -> None:
        self.net = Net()
        self.addCleanup(lambda: Deferred.fromCoroutine(self.net.close()))

    async def kind_of(self, request: Awaitable[object]) -> Kind:
        with self.assertRaises(OutboundError) as caught:
            await request
        return caught.exception.kind

    async def test_a_form_and_its_answer(self) -> None:
        """Fields go out as a form, escaped, with our name; status, headers and body come back."""

        def answer(request: Request) -> bytes:
            request.setResponseCode(202)
            request.responseHeaders.setRawHeaders("X-Two", ["a", "b"])
            return b"body"

        echo, port = self.net.web(form=answer)
        got = await self.net.client().request(
            "POST",
            f"http://{HOST}:{port}/form?x=1",
            data={"mount": b"/a?b=\xff&c", "user": "J\xfcrgen +"},
            auth=Login("me", b"p:w"),
            headers={"X-Mine": "yes"},
        )
        assert (got.status, got.body, got.headers["x-two"]) == (202, b"body", "a, b")
        (heard,) = echo.heard
        assert heard.body == b"mount=%2Fa%3Fb%3D%FF%26c&user=J%C3%BCrgen%20%2B"
        assert heard.headers["content-type"] == "application/x-www-form-urlencoded"
        assert heard.headers["authorization"] == "Basic bWU6cDp3"
        assert heard.headers["user-agent"] == "tinyice-test"
        assert heard.headers["x-mine"] == "yes"
        assert heard.headers["host"] == f"{HOST}:{port}"

    async def test_json(self) -> None:
        """A value goes out as JSON."""
        echo, port = self.net.web()
        await self.net.client().request("PUT", f"http://{HOST}:{port}/", json_body={"a": [1]})
        assert json.loads(echo.heard[0].body) == {"a": [1]}
        assert echo.heard[0].headers["content-type"] == "application/json"

    async def test_a_login_in_the_address(self) -> None:
        """User and password of an address log in, and are not sent as part of it."""
        echo, port = self.net.web()
        await self.net.client().request("GET", f"http://me:pw@{HOST}:{port}/")
        assert echo.heard[0].headers["authorization"] == "Basic bWU6cHc="
        assert echo.heard[0].headers["host"] == f"{HOST}:{port}"

    async def test_the_guard_stands_at_the_connection(self) -> None:
        """Neither addresses nor names lead to this machine; nothing is even connected."""
        talking = Talking(lambda talker: None)
        port = self.net.listen(talking)
        self.net.book = Book({"me.example": [[HOST]], "mix.example": [["10.0.0.1", "127.0.0.1"]]})
        client = self.net.client(allow=False)
        for host in (HOST, "me.example", "mix.example", "[::1]", "[::ffff:127.0.0.1]"):
            request = client.request("GET", f"http://{host}:{port}/", limits=QUICK)
            assert await self.kind_of(request) is Kind.REFUSED_ADDRESS
        assert talking.connections == []

    async def test_the_systems_odd_spellings_of_loopback(self) -> None:
        """What the system's resolver makes of 127.1 or 0x7f000001 is judged, not the spelling."""
        client = Outbound(
            reactor,
            allow=lambda: NOBODY,
            agent="t",
            capacity=Capacity(),
        )
        for host in ("localhost", "127.1", "0x7f000001", "2130706433", "017700000001"):
            request = client.request("GET", f"http://{host}:1/", limits=QUICK)
            assert await self.kind_of(request) in (Kind.REFUSED_ADDRESS, Kind.DNS), host

    async def test_rebinding(self) -> None:
        """A name is looked up once for a connection: the second answer comes too late."""
        echo, port = self.net.web()
        self.net.book = Book({"trap.example": [[HOST], ["10.0.0.1"], ["127.0.0.1"]]})
        client = self.net.client(capacity=Capacity(idle_s=0))
        url = f"http://trap.example:{port}/"
        assert (await client.request("GET", url)).body == b"hello"
        assert self.net.book.asked == ["trap.example"]
        await deferLater(reactor, 0.01)
        assert await self.kind_of(client.request("GET", url)) is Kind.REFUSED_ADDRESS
        assert echo.heard[0].headers["host"] == f"trap.example:{port}"
        assert len(echo.heard) == 1

    async def test_the_allow_list_is_live(self) -> None:
        """What is taken off the list is not reached over a connection that was kept."""
        _, port = self.net.web()
        client = self.net.client()
        await client.request("GET", f"http://{HOST}:{port}/")
        self.net.allowed = NOBODY
        request = client.request("GET", f"http://{HOST}:{port}/")
        assert await self.kind_of(request) is Kind.REFUSED_ADDRESS

    async def test_trusted_requests_are_not_judged(self) -> None:
        """A trusted request goes anywhere, and leaves no connection to others."""
        echo, port = self.net.web()
        client = self.net.client(allow=False)
        url = f"http://{HOST}:{port}/"
        assert (await client.request("GET", url, trusted=True)).body == b"hello"
        assert (await client.request("GET", url, trusted=True)).body == b"hello"
        assert echo.heard[0].peer == echo.heard[1].peer
        assert await self.kind_of(client.request("GET", url)) is Kind.REFUSED_ADDRESS

    async def test_redirects_are_judged_like_the_first(self) -> None:
        """An answer leads nobody onto this machine, not even a trusted one."""
        inner, inside = self.net.web()
        _, port = self.net.web(go=redirect(302, f"http://127.0.0.2:{inside}/"))
        request = self.net.client().request("GET", f"http://{HOST}:{port}/go")
        assert await self.kind_of(request) is Kind.REFUSED_ADDRESS
        client = self.net.client(allow=False)
        request = client.request("GET", f"http://{HOST}:{port}/go", trusted=True)
        assert await self.kind_of(request) is Kind.REFUSED_ADDRESS
        assert inner.heard == []

    async def test_a_login_stays_with_its_origin(self) -> None:
        """On the way to another origin everything is left behind that could be secret."""
        other, there = self.net.web()
        echo, port = self.net.web(
            near=redirect(302, "/here"), far=redirect(302, f"http://{HOST}:{there}/")
        )
        client, secret = self.net.client(), Login("me", b"pw")
        headers = {"X-Key": "secret", "Accept": "text/plain"}
        for path in ("near", "far"):
            url = f"http://{HOST}:{port}/{path}"
            answer = await client.request("GET", url, auth=secret, headers=headers)
            assert answer.body == b"hello"
        assert echo.heard[1].headers["authorization"]
        assert echo.heard[1].headers["x-key"]
        assert other.heard[0].headers["accept"] == "text/plain"
        assert not {"authorization", "x-key"} & set(other.heard[0].headers)

    async def test_a_body_is_not_sent_again(self) -> None:
        """A redirect of a POST is an answer; where it may be followed, only on the same host."""
        other, there = self.net.web()
        echo, port = self.net.web(
            a=redirect(302, "/b"),
            c=redirect(307, "/b"),
            d=redirect(307, f"http://127.0.0.1:{there}/"),
            e=redirect(307, f"http://localhost:{there}/"),
        )
        client = self.net.client()
        repeat = Limits(repeat_posts=True)

        async def post(path: str, limits: Limits) -> int:
            url = f"http://{HOST}:{port}/{path}"
            return (await client.request("POST", url, data=b"x", limits=limits)).status

        assert [await post(p, Limits()) for p in "ac"] == [302, 307]
        assert [await post(p, repeat) for p in "acd"] == [302, 200, 200]
        assert await self.kind_of(post("e", repeat)) is Kind.PROTOCOL
        assert [h.body for h in (*echo.heard[-2:], *other.heard)] == [b"x", b"x", b"x"]

    async def test_redirects_end(self) -> None:
        """Whoever leads on for ever is left; ``redirects`` 0 follows nothing."""
        echo, port = self.net.web(round=redirect(301, "/round"))
        client, url = self.net.client(), f"http://{HOST}:{port}/round"
        request = client.request("GET", url, limits=Limits(redirects=3))
        assert await self.kind_of(request) is Kind.PROTOCOL
        assert len(echo.heard) == 4
        assert (await client.request("GET", url, limits=Limits(redirects=0))).status == 301

    async def test_large_bodies(self) -> None:
        """What is larger than it may be is not read on, however it is announced."""

        def flood(head: bytes) -> Callable[[Talker], None]:
            def answer(talker: Talker) -> None:
                talker.transport.write(head)
                for _ in range(50):
                    talker.transport.write(b"2710\r\n" + b"x" * 10000 + b"\r\n")

            return answer

        for head in (
            b"Content-Length: 999999999\r\n\r\n",
            b"Transfer-Encoding: chunked\r\n\r\n",
            b"\r\n",
        ):
            port = self.net.listen(Talking(flood(b"HTTP/1.1 200 OK\r\n" + head)))
            request = self.net.client().request("GET", f"http://{HOST}:{port}/", limits=QUICK)
            assert await self.kind_of(request) is Kind.TOO_LARGE

    async def test_packed_bodies(self) -> None:
        """Nothing is unpacked: a small answer could become a huge one."""

        def packed(request: Request) -> bytes:
            assert request.getHeader("accept-encoding") == "identity"
            request.setHeader(b"content-encoding", b"gzip")
            return b"x" * 100

        _, port = self.net.web(z=packed)
        request = self.net.client().request("GET", f"http://{HOST}:{port}/z")
        assert await self.kind_of(request) is Kind.PROTOCOL

    async def test_endless_heads(self) -> None:
        """Neither ever more header lines nor ever more interim answers are taken."""
        for line in (b"X-More: and more\r\n", b"\r\nHTTP/1.1 100 Continue\r\n"):

            def flood(talker: Talker, line: bytes = line) -> None:
                talker.transport.write(
                    b"HTTP/1.1 200 OK\r\n" if b"More" in line else b"HTTP/1.1 100 C\r\n"
                )
                for _ in range(100):
                    talker.transport.write(line * 50)

            port = self.net.listen(Talking(flood))
            request = self.net.client().request("GET", f"http://{HOST}:{port}/", limits=QUICK)
            assert await self.kind_of(request) is Kind.TOO_LARGE

    async def test_slow_servers(self) -> None:
        """Silence, a head that drips and a body that drips all end in time, and free the place."""

        def drip(head: bytes) -> Callable[[Talker], None]:
            def on(talker: Talker) -> None:
                talker.transport.write(b"x")
                talker.later = reactor.callLater(0.05, on, talker)

            def answer(talker: Talker) -> None:
                talker.transport.write(head)
                on(talker)

            return answer

        answers = (
            lambda talker: None,
            drip(b"HTTP/1.1 200 OK\r\nX-Drip: "),
            drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"),
        )
        limits = Limits(connect_s=0.2, head_s=0.2, total_s=0.6)
        client = self.net.client(capacity=Capacity(at_once=1))
        for answer in answers:
            port = self.net.listen(Talking(answer))
            request = client.request("GET", f"http://{HOST}:{port}/", limits=limits)
            assert await self.kind_of(request) is Kind.TIMEOUT

    async def test_dead_name_servers(self) -> None:
        """A lookup that does not end is given up, and still counts until it ends."""
        _, port = self.net.web()
        self.net.book = Book({"dead.example": [["silence"]], "live.example": [[HOST]]})
        client = self.net.client(capacity=Capacity(lookups=1))
        limits = Limits(connect_s=0.1)
        request = client.request("GET", "http://dead.example/", limits=limits)
        assert await self.kind_of(request) is Kind.TIMEOUT
        live = f"http://live.example:{port}/"
        assert await self.kind_of(client.request("GET", live, limits=limits)) is Kind.BUSY
        self.net.book.silent[0].resolutionComplete()
        assert (await client.request("GET", live)).status == 200
        request = client.request("GET", "http://none.example/")
        assert await self.kind_of(request) is Kind.DNS

    async def test_no_server_and_no_http(self) -> None:
        """Nobody there, nothing said, nonsense said: each has its own kind of error."""

        def hang_up(talker: Talker) -> None:
            talker.transport.loseConnection()

        def babble(talker: Talker) -> None:
            talker.transport.write(b"220 mail.example ESMTP\r\n\r\n")

        closed = self.net.listen(Talking(hang_up))
        nonsense = self.net.listen(Talking(babble))
        expected = {1: Kind.CONNECT, closed: Kind.CONNECT, nonsense: Kind.PROTOCOL}
        for port, kind in expected.items():
            url = f"http://me:secret@{HOST}:{port}/token"
            with self.assertRaises(OutboundError) as caught:
                await self.net.client().request("GET", url, limits=QUICK)
            assert caught.exception.kind is kind, (port, caught.exception)
            assert "secret" not in str(caught.exception)
            assert "token" not in str(caught.exception)

    async def test_certificates(self) -> None:
        """A certificate is for the name that was asked for, and by somebody who is believed."""
        authority = trustme.CA()
        made = authority.issue_cert("site.example")
        own = ssl.PrivateCertificate.loadPEM(
            made.private_key_pem.bytes() + made.cert_chain_pems[0].bytes()
        )
        echo = Echo({})
        port = self.net.listen_tls(Site(echo), own.options())
        self.net.book = Book({"site.example": [[HOST]], "other.example": [[HOST]]})
        root = ssl.Certificate.loadPEM(authority.cert_pem.bytes())
        client, stranger = self.net.client(trust=root), self.net.client()
        answer = await client.request("GET", f"https://site.example:{port}/")
        assert answer.body == b"hello"
        for unsure, name in ((client, "other.example"), (client, HOST), (stranger, "site.example")):
            request = unsure.request("GET", f"https://{name}:{port}/", auth=Login("a", b"b"))
            assert await self.kind_of(request) is Kind.TLS
        assert len(echo.heard) == 1

    async def test_nobody_is_led_out_of_tls_with_a_login(self) -> None:
        """From https to http goes who has nothing to lose, and nobody else."""
        authority = trustme.CA()
        made = authority.issue_cert("site.example")
        own = ssl.PrivateCertificate.loadPEM(
            made.private_key_pem.bytes() + made.cert_chain_pems[0].bytes()
        )
        plain, there = self.net.web()
        echo = Echo({"/": redirect(302, f"http://site.example:{there}/")})
        port = self.net.listen_tls(Site(echo), own.options())
        self.net.book = Book({"site.example": [[HOST]]})
        client = self.net.client(trust=ssl.Certificate.loadPEM(authority.cert_pem.bytes()))
        url = f"https://site.example:{port}/"
        assert (await client.request("GET", url)).body == b"hello"
        request = client.request("GET", url, auth=Login("a", b"b"))
        assert await self.kind_of(request) is Kind.PROTOCOL
        assert len(plain.heard) == 1

    async def test_so_many_at_once(self) -> None:
        """A host gets its places, others theirs, the rest waits, and too many are refused."""
        waiting: list[Request] = []

        def later(request: Request) -> int:
            waiting.append(request)
            return NOT_DONE_YET

        _, port = self.net.web(later=later)
        _, other = self.net.web()
        self.net.book = Book({"other.example": [[HOST]]})
        capacity = Capacity(at_once=3, at_once_per_host=2, waiting=3, waiting_per_host=2)
        client = self.net.client(capacity=capacity)
        url = f"http://{HOST}:{port}/later"
        asked = [Deferred.fromCoroutine(client.request("GET", url)) for _ in range(4)]
        assert await self.kind_of(client.request("GET", url)) is Kind.BUSY
        answer = await client.request("GET", f"http://other.example:{other}/")
        assert answer.status == 200
        assert len(waiting) == 2
        while waiting:
            waiting.pop().finish()
            await deferLater(reactor, 0.02)
        assert [done.status for done in await gatherResults(asked)] == [200] * 4

    async def test_whoever_waits_may_give_up(self) -> None:
        """A request that is cancelled, waiting or under way, leaves its place to the next one."""
        held: list[Request] = []

        def hold(request: Request) -> int:
            held.append(request)
            return NOT_DONE_YET

        _, port = self.net.web(hold=hold)
        client = self.net.client(capacity=Capacity(at_once=1))
        url = f"http://{HOST}:{port}/"
        first, second = (
            Deferred.fromCoroutine(client.request("GET", url + "hold")) for _ in range(2)
        )
        third = Deferred.fromCoroutine(client.request("GET", url))
        while not held:
            await deferLater(reactor, 0.01)
        second.cancel()
        first.cancel()
        for given_up in (first, second):
            with self.assertRaises(CancelledError):
                await given_up
        assert (await third).body == b"hello"

    async def test_the_environment_names_no_proxy(self) -> None:
        """A proxy would connect to addresses that nobody judged."""
        self.patch(__import__("os"), "environ", {"http_proxy": "http://127.0.0.1:1"})
        _, port = self.net.web()
        answer = await self.net.client().request("GET", f"http://{HOST}:{port}/")
        assert answer.body == b"hello"

    async def test_any_nonsense(self) -> None:
        """Whatever a server says: an answer, or an error of ours."""
        chance = random.Random(4)
        pieces = (
            b"HTTP/1.1 200 OK\r\n",
            b"HTTP/1.1 2\xff\r\n",
            b"HTTP/9",
            b"ICY 200 OK\r\n",
            b"\r\n",
            b"\n",
            b"Content-Length: 5\r\n",
            b"Content-Length: -1\r\n",
            b"Content-Length: 5, 6\r\n",
            b"Transfer-Encoding: chunked\r\n",
            b"Transfer-Encoding: other\r\n",
            b"Location: http://[::1\r\n",
            b"HTTP/1.1 302 F\r\nLocation: //\xff\r\n\r\n",
            b"Content-Encoding: \r\n",
            b": \r\n",
            b" folded\r\n",
            b"5\r\nhello\r\n0\r\n\r\n",
            b"zz\r\n",
            b"\0" * 20,
            b"x" * 20000,
        )

        def babble(talker: Talker) -> None:
            for _ in range(chance.randrange(1, 8)):
                talker.transport.write(chance.choice(pieces))
            talker.transport.loseConnection()

        port = self.net.listen(Talking(babble))
        client = self.net.client()
        for method in ("GET", "POST", "HEAD") * 40:
            try:
                answer = await client.request(method, f"http://{HOST}:{port}/", limits=QUICK)
            except OutboundError:
                continue
            assert 100 <= answer.status < 1000
            assert len(answer.body) <= QUICK.body_bytes
