"""What is fetched, and what is refused, of a Helm repository."""

import asyncio
import gzip
import os
import re
import ssl
from datetime import timedelta
from pathlib import Path

import pytest

from exporter.domain.charts import ChartRequest, Wanted
from exporter.domain.errors import Reason
from exporter.domain.evaluation import SourceStatus
from exporter.domain.provenance import Source
from exporter.registries.fetcher import ChartFetcher
from exporter.settings.monitoring import BasicAuthSettings, TlsSettings
from tests.clocks import Time
from tests.cost import at_most
from tests.registries.conftest import MakeFetcher
from tests.registries.server import Handler, Server, archive, digest, endless, redirect, status
from tests.runtime.certificates import Authority

SHOP = archive()
GZIP = {"Content-Encoding": "gzip"}


def index_of(server: Server) -> ChartRequest:
    return ChartRequest(wanted=Wanted.INDEX, registry=server.url)


def shop_of(server: Server, *, url: str = "", data: bytes = SHOP) -> ChartRequest:
    return ChartRequest(
        wanted=Wanted.ARCHIVE,
        registry=server.url,
        name="shop",
        version="1.2.3",
        url=url or f"{server.url}/shop-1.2.3.tgz",
        digest=digest(data),
    )


def stored(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def link(path: Path, *, to: Path) -> None:
    path.parent.mkdir()
    to.mkdir()
    path.symlink_to(to)


def leave(path: Path, *, since: float) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"half")
    then = path.stat().st_mtime - since
    os.utime(path, (then, then))


async def fetched(fetcher: ChartFetcher, *requests: ChartRequest) -> bool:
    return await fetcher.fetch(Source.ARGOCD, requests)


def told(fetcher: ChartFetcher, time: Time) -> SourceStatus:
    return fetcher.status(at=time.now)


async def refusal(fetcher: ChartFetcher, request: ChartRequest, time: Time) -> tuple[Reason, str]:
    """Return why a request fails, and what is said of it."""
    await fetched(fetcher, request)
    (failure,) = told(fetcher, time).failures
    return failure.reason, f"{failure.message} ({failure.advice})"


async def test_an_index_and_a_chart_are_stored_as_they_are(
    fetcher: MakeFetcher, folder: Path, time: Time
) -> None:
    async with Server().serving() as server:
        server.add(("shop", "1.2.3", SHOP))
        fetching = fetcher(server.url)

        changed = await fetched(fetching, index_of(server), shop_of(server))

        name = server.host.replace(":", "-")
        assert changed
        assert (folder / name / "shop-1.2.3.tgz").read_bytes() == SHOP
        assert (folder / name / "index.yaml").read_bytes() == server.files["/index.yaml"]
        assert (told(fetching, time).up, dict(told(fetching, time).items)) == (
            True,
            {"index": 1, "archive": 1},
        )


async def test_what_is_known_is_not_fetched_again(fetcher: MakeFetcher, time: Time) -> None:
    async with Server().serving() as server:
        server.add(("shop", "1.2.3", SHOP))
        fetching = fetcher(server.url)
        await fetched(fetching, index_of(server))

        changed = await fetched(fetching, index_of(server))
        time.go_on(timedelta(minutes=10))
        later = await fetched(fetching, index_of(server))

        assert (changed, later) == (False, False)
        assert server.paths == ["/index.yaml"] * 2
        assert "If-None-Match" in server.asked[1].headers


async def test_an_index_that_lacks_what_is_asked_for_is_looked_at_again_soon(
    fetcher: MakeFetcher, time: Time
) -> None:
    async with Server().serving() as server:
        server.add()
        fetching = fetcher(server.url)
        await fetched(fetching, index_of(server))
        stale = ChartRequest(wanted=Wanted.INDEX, registry=server.url, stale=True)
        server.add(("shop", "1.2.3", SHOP))

        at_once = await fetched(fetching, stale)
        time.go_on(timedelta(minutes=1))
        later = await fetched(fetching, stale)

        assert (at_once, later) == (False, True)


async def test_nothing_is_asked_of_a_registry_that_is_not_allowed(
    fetcher: MakeFetcher, folder: Path, time: Time
) -> None:
    async with Server().serving() as server, Server().serving() as other:
        server.add(("shop", "1.2.3", SHOP))

        reason, message = await refusal(fetcher(other.url), shop_of(server), time)

        assert (reason, server.paths, stored(folder)) == (Reason.OUTSIDE, [], {})
        assert "declared.charts.fetch" in message


async def test_only_what_lies_below_the_address_is_allowed(
    fetcher: MakeFetcher, time: Time
) -> None:
    async with Server().serving() as server:
        reason, _ = await refusal(fetcher(f"{server.url}/stable"), index_of(server), time)

        assert (reason, server.paths) == (Reason.OUTSIDE, [])


async def test_a_chart_with_another_digest_is_not_stored(
    fetcher: MakeFetcher, folder: Path, time: Time
) -> None:
    async with Server().serving() as server:
        server.add(("shop", "1.2.3", b"changed"))

        reason, message = await refusal(fetcher(server.url), shop_of(server), time)

        assert (reason, stored(folder)) == (Reason.MALFORMED, {})
        assert digest(SHOP) in message


@pytest.mark.parametrize(
    "handler",
    [
        pytest.param(endless(), id="endless"),
        pytest.param(
            endless(gzip.compress(bytes(80 << 20)), most=1, **{"Content-Encoding": "gzip"}),
            id="packed",
        ),
    ],
)
@pytest.mark.parametrize("path", ["/index.yaml", "/shop-1.2.3.tgz"])
async def test_more_than_anybody_needs_is_not_stored(
    fetcher: MakeFetcher, folder: Path, time: Time, handler: Handler, path: str
) -> None:
    async with Server(handlers={path: handler}).serving() as server:
        request = index_of(server) if path == "/index.yaml" else shop_of(server)

        reason, message = await refusal(fetcher(server.url), request, time)

        assert (reason, stored(folder)) == (Reason.TOO_LARGE, {})
        assert "127.0.0.1 sent more than" in message


PACKED = gzip.compress(SHOP * 1000)


@pytest.mark.parametrize(
    "handler",
    [
        pytest.param(endless(PACKED[:-9], most=1, **GZIP), id="cut-off"),
        pytest.param(endless(PACKED + b"x" * 40, most=1, **GZIP), id="more-behind-it"),
        pytest.param(endless(gzip.compress(b""), most=4000, **GZIP), id="parts-of-nothing"),
    ],
)
async def test_a_packed_answer_that_does_not_end_where_it_should_is_not_stored(
    fetcher: MakeFetcher, folder: Path, handler: Handler
) -> None:
    async with Server(handlers={"/index.yaml": handler}).serving() as server:
        await fetched(fetcher(server.url), index_of(server))

        assert stored(folder) == {}


async def test_what_follows_a_packed_answer_is_not_kept(
    fetcher: MakeFetcher, folder: Path, time: Time
) -> None:
    """Zlib would copy all that came behind the end, again and again, and nothing would count."""
    handler = endless(gzip.compress(b"x") + bytes(1 << 20), most=40, **GZIP)
    async with Server(handlers={"/index.yaml": handler}).serving() as server:
        with at_most(200):
            reason, message = await refusal(fetcher(server.url), index_of(server), time)

        assert (reason, stored(folder)) == (Reason.MALFORMED, {})
        assert "cannot be unpacked" in message


async def test_a_packed_answer_in_several_parts_is_stored_whole(
    fetcher: MakeFetcher, folder: Path
) -> None:
    plain = bytes(1_000_000)
    handler = endless(gzip.compress(plain), most=2, **GZIP)
    async with Server(handlers={"/index.yaml": handler}).serving() as server:
        await fetched(fetcher(server.url), index_of(server))

        assert [*stored(folder).values()] == [plain * 2]


async def test_a_folder_that_is_full_takes_no_more(
    fetcher: MakeFetcher, folder: Path, time: Time
) -> None:
    async with Server().serving() as server:
        server.add(("shop", "1.2.3", SHOP))

        reason, message = await refusal(fetcher(server.url, limit=100), shop_of(server), time)

        assert (reason, stored(folder)) == (Reason.TOO_LARGE, {})
        assert "declared.charts.max_size" in message


@pytest.mark.parametrize("patience", [60, 0.2])
async def test_a_server_that_does_not_come_to_an_end_is_left(
    fetcher: MakeFetcher, folder: Path, time: Time, patience: float
) -> None:
    ended = asyncio.Event()

    async def never(_: object) -> object:
        await ended.wait()
        raise AssertionError

    async with Server(handlers={"/index.yaml": never}).serving() as server:  # type: ignore[dict-item] # it gives nothing
        fetching = fetcher(server.url, timeout="300ms", patience=patience)

        reason, message = await refusal(fetching, index_of(server), time)
        ended.set()

        assert (reason, stored(folder)) == (Reason.TIMEOUT, {})
        assert server.host in message


async def test_a_redirect_elsewhere_is_refused(
    fetcher: MakeFetcher, folder: Path, time: Time
) -> None:
    async with Server().serving() as other, Server().serving() as server:
        other.add(("shop", "1.2.3", SHOP))
        server.handlers["/shop-1.2.3.tgz"] = redirect(f"{other.url}/shop-1.2.3.tgz")

        reason, message = await refusal(fetcher(server.url), shop_of(server), time)

        assert (reason, other.paths, stored(folder)) == (Reason.OUTSIDE, [], {})
        assert f"{server.host} leads to {other.url}" in message
        assert "hosts" in message


@pytest.mark.parametrize("by", ["redirect", "index"])
async def test_another_host_that_is_allowed_gets_no_credentials(
    fetcher: MakeFetcher, tmp_path: Path, folder: Path, by: str
) -> None:
    (tmp_path / "token").write_text("secret")
    async with Server().serving() as other, Server(login="Bearer secret").serving() as server:
        other.add(("shop", "1.2.3", SHOP))
        there = f"{other.url}/shop-1.2.3.tgz"
        server.handlers["/shop-1.2.3.tgz"] = redirect(there)
        fetching = fetcher(server.url, token_file="token", hosts=("127.0.0.1:*",))

        await fetched(fetching, shop_of(server, url=there if by == "index" else ""))

        assert stored(folder) == {"shop-1.2.3.tgz": SHOP}
        assert "Authorization" not in other.asked[0].headers


async def test_redirects_end(fetcher: MakeFetcher, time: Time) -> None:
    async with Server().serving() as server:
        server.handlers["/index.yaml"] = redirect("/index.yaml")

        reason, message = await refusal(fetcher(server.url), index_of(server), time)

        assert reason is Reason.UNAVAILABLE
        assert "again and again" in message
        assert len(server.asked) < 10


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "//user@127.0.0.1/x",
        "http://[::1",
        "http://169.254.169.254/latest",
        "gopher://127.0.0.1",
        "",
    ],
)
async def test_no_redirect_leads_to_what_is_no_server_of_charts(
    fetcher: MakeFetcher, folder: Path, time: Time, target: str
) -> None:
    async with Server().serving() as server:
        server.handlers["/index.yaml"] = redirect(target)

        await refusal(fetcher(server.url, hosts=("example.org",)), index_of(server), time)

        assert stored(folder) == {}


@pytest.mark.parametrize(
    ("code", "reason", "advice"),
    [
        (401, Reason.FORBIDDEN, "token_file"),
        (403, Reason.FORBIDDEN, "may not read it"),
        (404, Reason.MISSING, "named as the registry names it"),
        (429, Reason.UNAVAILABLE, "log in, or wait"),
        (500, Reason.UNAVAILABLE, ""),
    ],
)
async def test_a_refusal_tells_host_reason_and_remedy(
    fetcher: MakeFetcher, time: Time, code: int, reason: Reason, advice: str
) -> None:
    async with Server(handlers={"/index.yaml": status(code)}).serving() as server:
        found, message = await refusal(fetcher(server.url), index_of(server), time)

        assert found is reason
        assert f"127.0.0.1 answered {code} to /index.yaml" in message
        assert advice in message


async def test_what_failed_is_tried_again_less_and_less_often(
    fetcher: MakeFetcher, time: Time
) -> None:
    async with Server(handlers={"/index.yaml": status(500)}).serving() as server:
        fetching = fetcher(server.url)
        counts = []

        for _ in range(12):
            await fetched(fetching, index_of(server))
            counts.append(len(server.asked))
            time.go_on(timedelta(minutes=1))

        assert counts == [1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4]
        assert told(fetching, time).errors[Reason.UNAVAILABLE] == 4
        assert not told(fetching, time).up


async def test_a_server_says_when_to_ask_again(fetcher: MakeFetcher, time: Time) -> None:
    handlers = {"/index.yaml": status(429, Retry_After="600")}
    async with Server(handlers=handlers).serving() as server:
        fetching = fetcher(server.url)
        await fetched(fetching, index_of(server))

        time.go_on(timedelta(minutes=9))
        await fetched(fetching, index_of(server))
        before = len(server.asked)
        time.go_on(timedelta(minutes=2))
        await fetched(fetching, index_of(server))

        assert (before, len(server.asked)) == (1, 2)


@pytest.mark.parametrize(
    ("settings", "login"),
    [
        ({"token_file": "token"}, "Bearer secret"),
        (
            {"basic_auth": BasicAuthSettings(username="u", password_file="token")},
            "Basic dTpzZWNyZXQ=",
        ),
    ],
)
async def test_credentials_come_from_files_and_are_never_told(
    fetcher: MakeFetcher,
    tmp_path: Path,
    folder: Path,
    time: Time,
    settings: dict[str, object],
    login: str,
) -> None:
    async with Server(login=login).serving() as server:
        server.add(("shop", "1.2.3", SHOP))
        (tmp_path / "token").write_text("wrong")
        fetching = fetcher(server.url, **settings)
        reason, message = await refusal(fetching, index_of(server), time)

        (tmp_path / "token").write_text("secret\n")
        time.go_on(timedelta(minutes=1))
        await fetched(fetching, index_of(server))

        assert reason is Reason.FORBIDDEN
        assert "wrong" not in re.sub("missing, wrong or expired", "", message)
        assert "index.yaml" in stored(folder)
        assert told(fetching, time).up


@pytest.mark.parametrize(
    ("valid", "trusted"),
    [
        pytest.param(timedelta(days=1), True, id="valid"),
        pytest.param(timedelta(days=-1), True, id="expired"),
        pytest.param(timedelta(days=1), False, id="of a stranger"),
    ],
)
async def test_only_a_server_with_a_valid_certificate_is_believed(
    fetcher: MakeFetcher,
    tmp_path: Path,
    folder: Path,
    time: Time,
    valid: timedelta,
    trusted: bool,  # noqa: FBT001 - a case
) -> None:
    authority, stranger = Authority(), Authority("stranger")
    authority.issue("server", valid=valid).write(tmp_path, "server")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "server.crt", tmp_path / "server.key")
    (tmp_path / "ca.crt").write_bytes((authority if trusted else stranger).certificate)
    async with Server().serving(tls=context) as server:
        server.add(("shop", "1.2.3", SHOP))
        fetching = fetcher(server.url, tls=TlsSettings(ca_file="ca.crt"))

        await fetched(fetching, index_of(server))

        works = trusted and valid > timedelta(0)
        assert bool(stored(folder)) is works
        assert [one.reason for one in told(fetching, time).failures] == (
            [] if works else [Reason.UNAVAILABLE]
        )


async def test_no_server_with_tls_leads_to_one_without(
    fetcher: MakeFetcher, tmp_path: Path, time: Time
) -> None:
    authority = Authority()
    authority.issue("server").write(tmp_path, "server")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "server.crt", tmp_path / "server.key")
    (tmp_path / "ca.crt").write_bytes(authority.certificate)
    async with Server().serving() as other, Server().serving(tls=context) as server:
        server.handlers["/index.yaml"] = redirect(f"{other.url}/index.yaml")
        settings = {"tls": TlsSettings(ca_file="ca.crt"), "hosts": ("*",)}

        reason, _ = await refusal(fetcher(server.url, **settings), index_of(server), time)

        assert (reason, other.paths) == (Reason.OUTSIDE, [])


@pytest.mark.parametrize(
    ("name", "version"), [("..", "1"), ("a/b", "1"), ("shop", "../../x"), ("", ""), ("a\0", "1")]
)
async def test_no_request_of_a_worker_leads_out_of_the_folder(
    fetcher: MakeFetcher, folder: Path, name: str, version: str
) -> None:
    async with Server().serving() as server:
        request = ChartRequest(
            wanted=Wanted.ARCHIVE, registry=server.url, name=name, version=version, url=server.url
        )

        changed = await fetched(fetcher(server.url), request)

        assert (changed, server.paths, stored(folder)) == (False, [], {})


async def test_no_link_in_the_folder_leads_out_of_it(
    fetcher: MakeFetcher, tmp_path: Path, folder: Path, time: Time
) -> None:
    async with Server().serving() as server:
        server.add(("shop", "1.2.3", SHOP))
        link(folder / server.host.replace(":", "-"), to=tmp_path / "elsewhere")

        reason, _ = await refusal(fetcher(server.url), shop_of(server), time)

        assert (reason, stored(tmp_path / "elsewhere")) == (Reason.OUTSIDE, {})


async def test_what_nobody_lacks_any_more_is_forgotten(fetcher: MakeFetcher, time: Time) -> None:
    async with Server().serving() as server:
        fetching = fetcher(server.url)
        await fetched(fetching, shop_of(server))

        await fetched(fetching)

        assert (told(fetching, time).up, fetching.failed) == (True, {})


class EndError(Exception):
    """Ends what goes on for ever."""


async def test_what_may_be_out_of_date_is_fetched_beside_readings(
    fetcher: MakeFetcher, folder: Path, time: Time
) -> None:
    counts = []
    async with Server().serving() as server:
        server.add()
        fetching = fetcher(server.url)
        await fetched(fetching, index_of(server))
        server.add(("shop", "1.2.3", SHOP))

        async def sleep(_: float) -> None:
            counts.append(len(server.asked))
            time.go_on(timedelta(minutes=5))
            if len(counts) > 3:
                raise EndError

        fetching.sleep = sleep
        with pytest.raises(EndError):
            await fetching.run()

        assert counts == [1, 1, 2, 2]
        assert b"1.2.3" in stored(folder)["index.yaml"]


async def test_what_was_left_half_done_is_removed(fetcher: MakeFetcher, folder: Path) -> None:
    leave(folder / ".fetching-old", since=7200)
    leave(folder / ".fetching-now", since=0)
    async with Server().serving() as server:
        server.add(("shop", "1.2.3", SHOP))

        await fetched(fetcher(server.url), shop_of(server))

    assert sorted(stored(folder)) == [".fetching-now", "shop-1.2.3.tgz"]
