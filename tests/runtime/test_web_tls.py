"""TLS as the web configuration asks for it, with real handshakes; certificates change under way."""

import contextlib
import gc
import ipaddress
import logging
import ssl
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509

from exporter.runtime.web.limits import Limits
from exporter.runtime.web.protection import Guard
from tests.runtime.certificates import Authority, Pair
from tests.runtime.served import Stream, ask, connected, ended, guarded, served, until_free

VERIFY = "client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.crt"


@dataclass
class Site:
    """A folder with a certificate and a web configuration that names it."""

    folder: Path
    authority: Authority

    def guard(self, more: str = "") -> Guard:
        return guarded(self.folder, self.text(more))

    def text(self, more: str = "") -> str:
        files = "cert_file: s.crt, key_file: s.key"
        return f"tls_server_config: {{{files}{more and ', ' + more}}}\n"

    def client(self, pair: Pair | None = None) -> ssl.SSLContext:
        """Return the context of a client with this certificate."""
        context = self.authority.trusted()
        if pair is not None:
            pair.write(self.folder, "client")
            context.load_cert_chain(self.folder / "client.crt", self.folder / "client.key")
        return context


@pytest.fixture
def site(tmp_path: Path) -> Site:
    authority = Authority()
    (tmp_path / "ca.crt").write_bytes(authority.certificate)
    authority.issue("first").write(tmp_path, "s")
    return Site(tmp_path, authority)


async def spoken(guard: Guard, context: ssl.SSLContext) -> ssl.SSLObject:
    """Return the TLS that a client with *context* speaks with a server with *guard*."""
    async with (
        served(guard=guard) as listening,
        connected(listening, context=context) as stream,
    ):
        assert (await ask(stream)).startswith(b"HTTP/1.1 200 ")
        found: ssl.SSLObject = stream[1].get_extra_info("ssl_object")
        return found


async def refused(guard: Guard, context: ssl.SSLContext) -> bool:
    """Tell whether a client with *context* gets no answer."""
    async with served(guard=guard) as listening:
        try:
            async with connected(listening, context=context) as stream:
                stream[1].write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                return await stream[0].read(1) == b""
        except OSError:
            return True


async def test_tls_is_spoken_and_nothing_else(site: Site) -> None:
    guard = site.guard()

    found = await spoken(guard, site.client())

    assert found.version() == "TLSv1.3"
    async with served(guard=guard) as listening, connected(listening) as plain:
        plain[1].write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        answer = await plain[0].read()
        assert b"HTTP" not in answer


async def test_a_client_that_never_agrees_on_tls_is_dropped(site: Site) -> None:
    limits = Limits(handshake=0.2)
    async with (
        served(guard=site.guard(), limits=limits) as listening,
        connected(listening) as stream,
    ):
        assert await ended(stream)


async def test_who_does_not_take_an_answer_over_tls_is_dropped(site: Site) -> None:
    async with (
        served(guard=site.guard(), limits=Limits(stall=0.2)) as listening,
        connected(listening, context=site.client()) as stream,
    ):
        stream[1].write(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")

        await until_free(listening)


async def test_handshakes_that_nobody_ends_give_way_to_others(site: Site) -> None:
    limits = Limits(connections=20, connections_per_client=5)
    async with (
        served(guard=site.guard(), limits=limits) as listening,
        contextlib.AsyncExitStack() as silent,
    ):
        for _ in range(10):
            await silent.enter_async_context(connected(listening))
        async with connected(listening, context=site.client()) as stream:
            assert (await ask(stream)).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("more", "version", "cipher"),
    [
        pytest.param("max_version: TLS12", "TLSv1.2", "", id="1.2 at most"),
        pytest.param("min_version: TLS13", "TLSv1.3", "", id="1.3 at least"),
        pytest.param(
            "max_version: TLS12, cipher_suites: [TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256]",
            "TLSv1.2",
            "ECDHE-ECDSA-CHACHA20-POLY1305",
            id="one cipher suite",
        ),
    ],
)
async def test_the_terms_are_kept(site: Site, more: str, version: str, cipher: str) -> None:
    found = await spoken(site.guard(more), site.client())

    assert found.version() == version
    assert cipher in (found.cipher() or ("",))[0]


@pytest.mark.parametrize(
    ("more", "most"),
    [
        pytest.param("min_version: TLS13", ssl.TLSVersion.TLSv1_2, id="too old"),
        pytest.param(
            "cipher_suites: [TLS_AES_128_GCM_SHA256]",
            ssl.TLSVersion.TLSv1_2,
            id="suites of TLS 1.3 alone",
        ),
    ],
)
async def test_a_client_on_other_terms_is_refused(
    site: Site, more: str, most: ssl.TLSVersion
) -> None:
    context = site.client()
    context.maximum_version = most

    assert await refused(site.guard(more), context)


@pytest.mark.parametrize(
    ("curve", "admitted"),
    [
        pytest.param("CurveP256", False, id="another"),
        pytest.param("CurveP384", True, id="the same"),
        pytest.param(
            "X25519",
            False,
            id="one that is none of EC_KEY",
            marks=pytest.mark.skipif(
                sys.version_info < (3, 11, 4), reason="this Python cannot keep to X25519"
            ),
        ),
    ],
)
async def test_a_curve_is_kept_to(*, site: Site, curve: str, admitted: bool) -> None:
    context = site.client()
    context.set_ecdh_curve("secp384r1")
    guard = site.guard(f"curve_preferences: [{curve}]")

    assert await refused(guard, context) is not admitted
    assert not await refused(guard, site.client())


@pytest.mark.parametrize(
    ("policy", "with_none", "with_ours", "with_foreign"),
    [
        pytest.param("NoClientCert", True, True, True, id="not asked for"),
        pytest.param("VerifyClientCertIfGiven", True, True, False, id="if given"),
        pytest.param("RequireAndVerifyClientCert", False, True, False, id="required"),
    ],
)
async def test_client_certificates_are_verified(
    *, site: Site, policy: str, with_none: bool, with_ours: bool, with_foreign: bool
) -> None:
    authorities = "" if policy == "NoClientCert" else ", client_ca_file: ca.crt"
    guard = site.guard(f"client_auth_type: {policy}{authorities}")
    ours, foreign = site.authority.issue("client"), Authority().issue("client")

    admitted = [not await refused(guard, site.client(pair)) for pair in (None, ours, foreign)]

    assert admitted == [with_none, with_ours, with_foreign]


@pytest.mark.parametrize(
    ("allowed", "name", "admitted"),
    [
        pytest.param("prom.test", x509.DNSName("prom.test"), True, id="DNS"),
        pytest.param("a@b.test", x509.RFC822Name("a@b.test"), True, id="e-mail"),
        pytest.param(
            "spiffe://a/b", x509.UniformResourceIdentifier("spiffe://a/b"), True, id="URI"
        ),
        pytest.param("2001:db8::1", None, True, id="IPv6, as it is written"),
        pytest.param("prom.test", x509.DNSName("other.test"), False, id="another"),
        pytest.param("prom.test", x509.DNSName("a.prom.test"), False, id="below"),
    ],
)
async def test_a_client_needs_one_of_the_allowed_names(
    *, site: Site, allowed: str, name: x509.GeneralName | None, admitted: bool
) -> None:
    given = name or x509.IPAddress(ipaddress.ip_address("2001:db8::1"))
    pair = site.authority.issue("client", x509.DNSName("unrelated.test"), given)
    guard = site.guard(f"{VERIFY}, client_allowed_sans: ['{allowed}']")

    assert await refused(guard, site.client(pair)) is not admitted


def serial(stream: tuple[object, object]) -> str:
    certificate: dict[str, str] = stream[1].get_extra_info("peercert")  # type: ignore[attr-defined]  # a StreamWriter
    return certificate["serialNumber"]


async def test_new_connections_get_the_new_certificate_and_old_ones_go_on(site: Site) -> None:
    async with (
        served(guard=site.guard()) as listening,
        connected(listening, context=site.client()) as before,
    ):
        await ask(before)
        site.authority.issue("second").write(site.folder, "s")
        async with connected(listening, context=site.client()) as after:
            await ask(after)

            assert serial(before) != serial(after)
        assert (await ask(before)).startswith(b"HTTP/1.1 200 ")


async def test_certificates_change_as_those_of_a_mounted_secret_do(
    site: Site, tmp_path: Path
) -> None:
    for version in ("v1", "v2"):
        (tmp_path / version).mkdir()
        site.authority.issue(version).write(tmp_path / version, "s")
    (tmp_path / "data").symlink_to("v1")
    guard = guarded(tmp_path, "tls_server_config: {cert_file: data/s.crt, key_file: data/s.key}\n")
    async with served(guard=guard) as listening:
        async with connected(listening, context=site.client()) as before:
            first = serial(before)
        (tmp_path / "next").symlink_to("v2")
        (tmp_path / "next").replace(tmp_path / "data")
        async with connected(listening, context=site.client()) as after:
            second = serial(after)

    assert first != second


async def test_a_broken_certificate_leaves_the_last_one_and_is_told_once(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        async with served(guard=site.guard()) as listening:
            async with connected(listening, context=site.client()) as before:
                first = serial(before)
            (site.folder / "s.crt").write_text("half a certificate")
            for _ in range(3):
                async with connected(listening, context=site.client()) as after:
                    assert serial(after) == first

    (told,) = caplog.messages
    assert "s.crt" in told or "not a pair" in told


async def test_a_certificate_that_is_mended_is_taken(site: Site) -> None:
    async with served(guard=site.guard()) as listening:
        (site.folder / "s.crt").unlink()
        async with connected(listening, context=site.client()) as before:
            first = serial(before)
        site.authority.issue("second").write(site.folder, "s")
        async with connected(listening, context=site.client()) as after:
            assert serial(after) != first


async def leave(stream: Stream) -> None:
    await ask(stream)


async def break_off(stream: Stream) -> None:
    await ask(stream)
    stream[1].transport.abort()


async def ask_for_the_end(stream: Stream) -> None:
    await ask(stream, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert await ended(stream)


async def say_nothing(stream: Stream) -> None:
    assert await ended(stream)


@pytest.mark.parametrize("behave", [leave, break_off, ask_for_the_end, say_nothing])
async def test_a_connection_that_ends_is_no_error(
    site: Site, caplog: pytest.LogCaptureFixture, behave: Callable[[Stream], Awaitable[None]]
) -> None:
    limits = Limits(header=0.2)
    async with served(guard=site.guard(), limits=limits) as listening:
        async with connected(listening, context=site.client()) as stream:
            await behave(stream)
        await until_free(listening)
        gc.collect()  # what failed unseen is told when it is collected

        assert caplog.messages == []


async def test_a_connection_that_is_open_when_the_exporter_stops_is_no_error(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        served(guard=site.guard()) as listening,
        connected(listening, context=site.client()) as stream,
    ):
        await ask(stream)

        await listening.close()

        assert await ended(stream)
    gc.collect()
    assert caplog.messages == []


def test_tls_cannot_be_lost_by_a_change_of_the_file(site: Site) -> None:
    guard = site.guard()
    (site.folder / "web.yml").write_text("")

    problems = guard.reload()

    assert "by a restart only" in problems[0]
    assert guard.current().tls is not None


def test_the_terms_change_with_the_file(site: Site) -> None:
    guard = site.guard()
    (site.folder / "web.yml").write_text(site.text("min_version: TLS13"))

    found = guard.current().tls

    assert found is not None
    assert found.minimum_version is ssl.TLSVersion.TLSv1_3
