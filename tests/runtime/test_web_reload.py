"""``POST /-/reload`` and serving under a prefix."""

from collections.abc import Sequence

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from exporter.domain.errors import ParseError
from exporter.runtime.web import prefix, reload


def application(call: reload.Reload | None) -> web.Application:
    async def root(_: web.Request) -> web.Response:
        return web.Response(text="root")

    app = web.Application()
    app.router.add_get("/", root)
    reload.install(app, reload=call)
    return app


async def asked(app: web.Application, path: str, method: str = "GET") -> tuple[int, str]:
    async with TestClient(TestServer(app)) as client:
        answer = await client.request(method, path, allow_redirects=False)
        return answer.status, answer.headers.get("Location", await answer.text())


@pytest.mark.parametrize(
    ("problems", "method", "expected"),
    [
        pytest.param((), "POST", (200, "Reloaded.\n"), id="good"),
        pytest.param((), "PUT", (200, "Reloaded.\n"), id="by PUT"),
        pytest.param(
            ("a.yaml:1: x", "y"), "POST", (500, "Not taken over:\na.yaml:1: x\ny\n"), id="bad"
        ),
        pytest.param((), "GET", (405, "405: Method Not Allowed"), id="by GET"),
    ],
)
async def test_the_answer_to_a_reload_says_how_it_went(
    problems: Sequence[str], method: str, expected: tuple[int, str]
) -> None:
    assert await asked(application(lambda: problems), "/-/reload", method) == expected


async def test_a_reload_that_is_not_enabled_is_refused() -> None:
    found = await asked(application(None), "/-/reload", "POST")

    assert found == (403, "Lifecycle API is not enabled.\n")


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Origin": "https://elsewhere.test"}, id="of another site"),
        pytest.param({"origin": "null"}, id="of a page without one"),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, id="as newer browsers say it"),
    ],
)
async def test_a_page_that_somebody_has_open_cannot_ask_for_a_reload(
    headers: dict[str, str],
) -> None:
    calls: list[str] = []

    def note() -> Sequence[str]:
        calls.append("reloaded")
        return ()

    async with TestClient(TestServer(application(note))) as client:
        answer = await client.post("/-/reload", headers=headers)

    assert (answer.status, calls) == (403, [])


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("/", (302, "/a/b/"), id="the root leads there"),
        pytest.param("/a/b", (302, "/a/b/"), id="so does the prefix alone"),
        pytest.param("/a/b/", (200, "root"), id="there it is"),
        pytest.param("/a/bc", (404, "404: Not Found"), id="nothing beside it"),
    ],
)
async def test_with_a_prefix_everything_is_below_it(path: str, expected: tuple[int, str]) -> None:
    app = prefix.mounted(application(None), prefix="/a/b")

    assert await asked(app, path) == expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("https://a.test", "", id="no path"),
        pytest.param("https://a.test/", "", id="root"),
        pytest.param("http://a.test:8080/x/y/", "/x/y", id="path"),
    ],
)
def test_an_external_address_gives_the_prefix(text: str, found: str) -> None:
    assert prefix.parse_external_url(text) == found


@pytest.mark.parametrize(
    "text",
    ["", "a.test/x", "ftp://a.test", "https://", "https://a/?b", "https://u:p@a", "http://["],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        prefix.parse_external_url(text)


@pytest.mark.parametrize("text", ["/{a}", "/a b", "/a?b", "/a\n"])
def test_what_is_no_prefix_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        prefix.parse_prefix(text)
