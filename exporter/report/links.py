"""Addresses of places in the repository's web interface."""

from urllib.parse import quote, urlsplit

from exporter.domain.provenance import Place


def address(place: Place, *, web: str) -> str:
    """Return where *place* can be read in a browser, or "" where that is not known.

    *web* is a template with ``{revision}``, ``{path}`` and ``{line}``; what is filled in is
    quoted, and an address that is not HTTP is none. A file of no lines leads to its first. It is of
    one repository: places in further ones (``apps:web/d.yaml``) have none.
    """
    if ":" in place.path.partition("/")[0]:
        return ""
    if not web or not place.revision or urlsplit(web).scheme not in {"http", "https"}:
        return ""
    filled = web.replace("{revision}", quote(place.revision, safe=""))
    filled = filled.replace("{line}", str(place.line or 1))
    return filled.replace("{path}", quote(place.path, safe="/"))


def page_of(check: str, *, documentation: str) -> str:
    """Return where the page of a check is published, or "" where that is not known."""
    if urlsplit(documentation).scheme not in {"http", "https"}:
        return ""
    return f"{documentation.rstrip('/')}/checks/{quote(check, safe='')}.md"
