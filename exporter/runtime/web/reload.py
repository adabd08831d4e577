"""``POST /-/reload``, off unless it was asked for, as Prometheus has it."""

from collections.abc import Callable, Sequence

from aiohttp import web

PATH = "/-/reload"
Reload = Callable[[], Sequence[str]]


def install(app: web.Application, *, reload: Reload | None) -> None:
    """Let POST and PUT call *reload*, which returns what is wrong; without it they are refused."""

    async def handle(_: web.Request) -> web.Response:
        if reload is None:
            return web.Response(status=403, text="Lifecycle API is not enabled.\n")
        problems = reload()
        if problems:
            text = "".join(f"{one}\n" for one in ("Not taken over:", *problems))
            return web.Response(status=500, text=text)
        return web.Response(text="Reloaded.\n")

    for method in ("POST", "PUT"):
        app.router.add_route(method, PATH, handle)
