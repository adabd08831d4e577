"""Serving under a prefix, for reverse proxies that do not take it off."""

from urllib.parse import urlsplit

from aiohttp import web

from exporter.domain.errors import ParseError


def parse_external_url(text: str) -> str:
    """Return the path of an address at which others reach us; raises :exc:`ParseError`."""
    try:
        parts = urlsplit(text)
        fits = parts.scheme in {"http", "https"} and parts.hostname
    except ValueError:
        fits = None
    if not fits or parts.query or parts.fragment or parts.username:
        raise ParseError("is no address; write https://monitoring.example/conformance/")
    return parse_prefix(parts.path)


def parse_prefix(text: str) -> str:
    """Return a prefix with a slash before and none behind it, or "" for the root."""
    path = text.strip("/")
    if any(one in path for one in "{}?#%") or not path.isprintable() or " " in path:
        raise ParseError(f"{text!r} is no prefix of a path; write /conformance")
    return f"/{path}" if path else ""


def mounted(app: web.Application, *, prefix: str) -> web.Application:
    """Return an application that has *app* under *prefix*, and leads there from elsewhere."""
    if not prefix:
        return app
    outer = web.Application()

    async def lead(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": f"{prefix}/"})

    for path in ("/", prefix):
        outer.router.add_get(path, lead)
    outer.add_subapp(f"{prefix}/", app)
    return outer
