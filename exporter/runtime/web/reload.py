"""``POST /-/reload``, off unless it was asked for, as Prometheus has it."""

from collections.abc import Callable, Sequence

from aiohttp import web

PATH = "/-/reload"
_OF_A_PAGE = ("Origin", "Sec-Fetch-Site")
"""Headers that every browser sends with a POST or PUT of a page, and no program does."""
Reload = Callable[[], Sequence[str]]


def install(app: web.Application, *, reload: Reload | None) -> None:
    """Let POST and PUT call *reload*, which returns what is wrong; without it they are refused.

    So is a page that is open in a browser: it would ask with its reader's password.
    """

    async def handle(request: web.Request) -> web.Response:
        if reload is None:
            return web.Response(status=403, text="Lifecycle API is not enabled.\n")
        if any(name in request.headers for name in _OF_A_PAGE):
            return web.Response(status=403, text="A page cannot ask for that.\n")
        problems = reload()
        if problems:
            text = "".join(f"{one}\n" for one in ("Not taken over:", *problems))
            return web.Response(status=500, text=text)
        return web.Response(text="Reloaded.\n")

    for method in ("POST", "PUT"):
        app.router.add_route(method, PATH, handle)
