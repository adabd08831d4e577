"""What is fetched, and what is refused, of an OCI registry."""

import json
from pathlib import Path

import pytest

from exporter.domain.charts import ChartRequest, Wanted
from exporter.domain.errors import Reason
from exporter.registries.oci import LAYER
from exporter.settings.monitoring import BasicAuthSettings
from tests.clocks import Time
from tests.registries.conftest import MakeFetcher
from tests.registries.server import (
    Artifacts,
    Server,
    archive,
    digest,
    endless,
    json_of,
    redirect,
    status,
)
from tests.registries.test_fetcher import fetched, refusal, stored

SHOP = archive()
BLOB = f"/v2/charts/shop/blobs/sha256:{digest(SHOP)}"
MANIFEST = "/v2/charts/shop/manifests/1.2.3"


def registry(server: Server) -> str:
    return f"oci://{server.host}/charts"


def shop_of(server: Server, version: str = "1.2.3") -> ChartRequest:
    return ChartRequest(
        wanted=Wanted.ARCHIVE, registry=registry(server), name="shop", version=version
    )


def tags_of(server: Server) -> ChartRequest:
    return ChartRequest(wanted=Wanted.TAGS, registry=registry(server), name="shop")


@pytest.mark.parametrize("version", ["1.2.3", "1.2.3+build.5"])
async def test_a_chart_is_the_layer_of_its_manifest(
    fetcher: MakeFetcher, folder: Path, version: str
) -> None:
    async with Artifacts().serving() as server:
        server.push("charts/shop", version, SHOP)

        await fetched(fetcher(registry(server), plain_http=True), shop_of(server, version))

        name = server.host.replace(":", "-")
        assert (folder / name / "charts" / f"shop-{version}.tgz").read_bytes() == SHOP


async def test_versions_are_tags_of_all_pages(fetcher: MakeFetcher, folder: Path) -> None:
    async with Artifacts().serving() as server:
        path = "/v2/charts/shop/tags/list"
        second = json_of({"tags": ["1.2.4_b1", "latest"]})
        server.handlers[path] = json_of(
            {"tags": ["1.2.3"]}, Link='</v2/charts/shop/more>; rel="next"'
        )
        server.handlers["/v2/charts/shop/more"] = second

        await fetched(fetcher(registry(server), plain_http=True), tags_of(server))

        (content,) = stored(folder).values()
        assert json.loads(content) == ["1.2.3", "1.2.4+b1", "latest"]


@pytest.mark.parametrize(
    ("settings", "secret"),
    [
        pytest.param({}, "", id="anybody"),
        pytest.param(
            {"basic_auth": BasicAuthSettings(username="u", password_file="secret")},
            "Basic dTpzZWNyZXQ=",
            id="user",
        ),
        pytest.param({"token_file": "secret"}, "Bearer secret", id="token"),
    ],
)
async def test_a_token_is_asked_for_where_the_registry_says(
    fetcher: MakeFetcher, tmp_path: Path, folder: Path, settings: dict[str, object], secret: str
) -> None:
    (tmp_path / "secret").write_text("secret")
    async with Artifacts(token="t0", secret=secret).serving() as server:
        server.push("charts/shop", "1.2.3", SHOP)

        await fetched(fetcher(registry(server), plain_http=True, **settings), shop_of(server))

        assert list(stored(folder).values()) == [SHOP]
        token = next(one for one in server.asked if one.path == "/token")
        assert dict(token.query) == {"service": "s", "scope": "repository:x:pull"}


async def test_a_token_of_the_registry_itself_is_enough(
    fetcher: MakeFetcher, tmp_path: Path, folder: Path
) -> None:
    (tmp_path / "secret").write_text("t0")
    async with Artifacts(token="t0").serving() as server:
        server.push("charts/shop", "1.2.3", SHOP)

        await fetched(
            fetcher(registry(server), plain_http=True, token_file="secret"), shop_of(server)
        )

        assert list(stored(folder).values()) == [SHOP]
        assert "/token" not in server.paths


@pytest.mark.parametrize("allowed", [False, True])
async def test_no_strange_host_gets_credentials_for_a_token(
    fetcher: MakeFetcher,
    tmp_path: Path,
    folder: Path,
    time: Time,
    allowed: bool,  # noqa: FBT001 - a case
) -> None:
    (tmp_path / "secret").write_text("secret")
    async with Artifacts(token="t0").serving() as giver, Artifacts(token="t0").serving() as server:
        server.push("charts/shop", "1.2.3", SHOP)
        server.realm = f"{giver.url}/token"
        fetching = fetcher(
            registry(server),
            plain_http=True,
            basic_auth=BasicAuthSettings(username="u", password_file="secret"),
            hosts=("127.0.0.1:*",),
            token_host=giver.host if allowed else "",
        )

        await fetched(fetching, shop_of(server))

        assert bool(giver.asked) is allowed
        assert bool(stored(folder)) is allowed
        reasons = [one.reason for one in fetching.status(at=time.now).failures]
        assert reasons == ([] if allowed else [Reason.OUTSIDE])


async def test_wrong_credentials_are_said_to_be_that(
    fetcher: MakeFetcher, tmp_path: Path, time: Time
) -> None:
    (tmp_path / "secret").write_text("wrong")
    async with Artifacts(token="t0", secret="Bearer right").serving() as server:
        fetching = fetcher(registry(server), plain_http=True, token_file="secret")

        reason, message = await refusal(fetching, shop_of(server), time)

        assert reason is Reason.FORBIDDEN
        assert "127.0.0.1 answered 401 to /token" in message


async def test_an_archive_may_lie_at_another_host_that_is_allowed(
    fetcher: MakeFetcher, tmp_path: Path, folder: Path
) -> None:
    (tmp_path / "secret").write_text("t0")
    async with Server(files={"/blob": SHOP}).serving() as other, Artifacts().serving() as server:
        server.token = "t0"
        server.push("charts/shop", "1.2.3", SHOP)
        server.handlers[BLOB] = redirect(f"{other.url}/blob?signed=1")

        await fetched(
            fetcher(registry(server), plain_http=True, token_file="secret", hosts=("127.0.0.1:*",)),
            shop_of(server),
        )

        assert list(stored(folder).values()) == [SHOP]
        assert "Authorization" not in other.asked[0].headers


async def test_an_archive_at_any_other_host_is_refused(
    fetcher: MakeFetcher, folder: Path, time: Time
) -> None:
    async with Server(files={"/blob": SHOP}).serving() as other, Artifacts().serving() as server:
        server.push("charts/shop", "1.2.3", SHOP)
        server.handlers[BLOB] = redirect(f"{other.url}/blob")

        reason, _ = await refusal(fetcher(registry(server), plain_http=True), shop_of(server), time)

        assert (reason, other.paths, stored(folder)) == (Reason.OUTSIDE, [], {})


async def test_a_layer_with_another_digest_is_not_stored(
    fetcher: MakeFetcher, folder: Path, time: Time
) -> None:
    async with Artifacts().serving() as server:
        server.push("charts/shop", "1.2.3", SHOP)
        server.files[BLOB] = archive(shown="2")

        reason, _ = await refusal(fetcher(registry(server), plain_http=True), shop_of(server), time)

        assert (reason, stored(folder)) == (Reason.MALFORMED, {})


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"<html>", Reason.MALFORMED, id="no JSON"),
        pytest.param(b"{}", Reason.UNSUPPORTED, id="nothing"),
        pytest.param(b'{"layers": 1}', Reason.MALFORMED, id="another form"),
        pytest.param(
            b'{"config": {"mediaType": "application/vnd.oci.image.config.v1+json"}}',
            Reason.UNSUPPORTED,
            id="image",
        ),
    ],
)
async def test_what_is_no_chart_says_what_it_is(
    fetcher: MakeFetcher, folder: Path, time: Time, content: bytes, reason: Reason
) -> None:
    async with Artifacts(files={MANIFEST: content}).serving() as server:
        found, _ = await refusal(fetcher(registry(server), plain_http=True), shop_of(server), time)

        assert (found, stored(folder)) == (reason, {})


@pytest.mark.parametrize("layer", [f"{LAYER}.other", "application/vnd.oci.image.layer.v1.tar+gzip"])
async def test_a_manifest_without_a_chart_is_refused(
    fetcher: MakeFetcher, time: Time, layer: str
) -> None:
    async with Artifacts().serving() as server:
        server.push("charts/shop", "1.2.3", SHOP, layer=layer)

        reason, _ = await refusal(fetcher(registry(server), plain_http=True), shop_of(server), time)

        assert reason is Reason.MALFORMED


@pytest.mark.parametrize("path", [MANIFEST, "/token", "/v2/charts/shop/tags/list"])
async def test_no_answer_is_larger_than_anybody_needs(
    fetcher: MakeFetcher, time: Time, path: str
) -> None:
    async with Artifacts(handlers={path: endless(most=3)}).serving() as server:
        request = tags_of(server) if path.endswith("list") else shop_of(server)
        if path == "/token":
            server.realm, server.token = f"{server.url}/endless", "t0"
            server.handlers["/endless"] = endless(most=3)
            server.handlers |= {}

        reason, _ = await refusal(fetcher(registry(server), plain_http=True), request, time)

        assert reason in {Reason.TOO_LARGE, Reason.FORBIDDEN}


@pytest.mark.parametrize("code", [401, 403, 404, 429])
async def test_a_registry_that_refuses_says_how(
    fetcher: MakeFetcher, time: Time, code: int
) -> None:
    async with Artifacts(handlers={MANIFEST: status(code)}).serving() as server:
        _, message = await refusal(
            fetcher(registry(server), plain_http=True), shop_of(server), time
        )

        assert f"127.0.0.1 answered {code} to {MANIFEST}" in message
