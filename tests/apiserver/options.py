"""The parameters of a list or watch, and which of them the server forbids together."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tests.apiserver.selectors import Selector
from tests.apiserver.status import bad_request, invalid_options

NOT_OLDER, EXACT = "NotOlderThan", "Exact"


class StreamingLists(StrEnum):
    """What a server makes of ``sendInitialEvents``."""

    SERVED = "served"
    OFF = "off"  # the feature gate WatchList is off: 1.27 to 1.33, as a rule
    UNKNOWN = "unknown"  # before 1.27


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Parameters as values; a resource version of None stands for any that is not told."""

    watch: bool
    limit: int
    token: str
    version: int | None
    match: str
    selector: Selector
    initial_events: bool | None
    bookmarks: bool
    timeout: int


def parse_options(
    query: Mapping[str, str], *, plural: str, streaming: StreamingLists = StreamingLists.SERVED
) -> Options:
    """Read the parameters; raises :exc:`StatusError` 400 or 422 as the API server does."""
    sent = query.get("sendInitialEvents")
    options = Options(
        watch=_boolean(query.get("watch", "")),
        limit=_number(query, "limit") or 0,
        token=query.get("continue", ""),
        version=_number(query, "resourceVersion"),
        match=query.get("resourceVersionMatch", ""),
        selector=Selector(
            plural=plural,
            fields=query.get("fieldSelector", ""),
            labels=query.get("labelSelector", ""),
        ),
        initial_events=None
        if sent is None or streaming is StreamingLists.UNKNOWN
        else _boolean(sent),
        bookmarks=_boolean(query.get("allowWatchBookmarks", "")),
        timeout=_number(query, "timeoutSeconds") or 0,
    )
    wrong = _wrong_for_watch(options, streaming) if options.watch else _wrong_for_list(options)
    if wrong:
        raise invalid_options(*wrong)
    if options.token and options.version:
        raise bad_request("specifying resource version is not allowed when using continue")
    return options


def _wrong_for_watch(options: Options, streaming: StreamingLists) -> list[tuple[str, str]]:
    wrong = []
    if options.initial_events is not None:
        if options.match != NOT_OLDER:
            why = f"sendInitialEvents requires setting resourceVersionMatch to {NOT_OLDER}"
            wrong.append(("resourceVersionMatch", why))
        if streaming is not StreamingLists.SERVED:
            why = "is forbidden for watch unless the WatchList feature gate is enabled"
            wrong.append(("sendInitialEvents", f"sendInitialEvents {why}"))
    elif options.match:
        known = streaming is not StreamingLists.UNKNOWN
        why = " unless sendInitialEvents is provided" if known else ""
        wrong.append(("resourceVersionMatch", f"resourceVersionMatch is forbidden for watch{why}"))
    return wrong


def _wrong_for_list(options: Options) -> list[tuple[str, str]]:
    wrong = []
    if options.match and options.version is None:
        why = "resourceVersionMatch is forbidden unless resourceVersion is provided"
        wrong.append(("resourceVersionMatch", why))
    if options.match and options.token:
        why = "resourceVersionMatch is forbidden when continue is provided"
        wrong.append(("resourceVersionMatch", why))
    if options.match == EXACT and options.version == 0:
        why = 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'
        wrong.append(("resourceVersionMatch", why))
    if options.initial_events is not None:
        wrong.append(("sendInitialEvents", "sendInitialEvents is forbidden for list"))
    return wrong


def _boolean(text: str) -> bool:
    """Read a boolean as the API does: there and not 0 or false is true."""
    return text.lower() not in {"", "0", "false"}


def _number(query: Mapping[str, str], name: str) -> int | None:
    text = query.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise bad_request(f'invalid parameter {name}: "{text}"')
    return int(text)
