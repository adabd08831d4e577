"""LIST: a page of the objects as they were at one resource version, and the way to the next."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from tests.apiserver.faults import Circle, Endless
from tests.apiserver.options import EXACT, Options
from tests.apiserver.resources import Resource
from tests.apiserver.status import StatusError, bad_request, expired, too_large
from tests.apiserver.store import Collection, Version

CHUNK = 512 * 1024
INCONSISTENT = -1
_TOO_OLD = "The resourceVersion for the provided list is too old."
_GONE_ON_TOO_LATE = (
    "The provided continue parameter is too old to display a consistent list result. You can "
    "start a new list without the continue parameter, or use the continue token in this response "
    "to retrieve the remainder of the results. Continuing with the provided token results in an "
    "inconsistent list - objects that were created, modified, or deleted between the time the "
    "first chunk was returned and now may show up in the list."
)


@dataclass(frozen=True, slots=True)
class Token:
    """Where a list goes on: at which resource version, behind which key."""

    number: int
    after: str

    def encode(self) -> str:
        """Return the token as clients get it, which they should not look into."""
        slash = "" if self.number == INCONSISTENT else "/"
        start = f"{slash}{self.after.lstrip('/')}\0"
        content = {"v": "meta.k8s.io/v1", "rv": self.number, "start": start}
        text = json.dumps(content, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()

    @classmethod
    def decode(cls, text: str) -> "Token":
        """Read a token; raises :exc:`StatusError` 400."""
        try:
            content = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            return cls(int(content["rv"]), content["start"].lstrip("/").rstrip("\0"))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            why = f"continue key is not valid: {error}"
            raise bad_request(f"invalid continue token: {why}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some of the objects, all as of one resource version."""

    number: int
    items: list[Version]
    token: str = ""
    remaining: int | None = None


def page(collection: Collection, options: Options, *, current: int, namespace: str = "") -> Page:
    """Return what a LIST shows; raises :exc:`StatusError` where it asks for the past or future."""
    prefix = f"{namespace}/" if namespace else ""
    where = _where(collection, options, current)
    namespaced = collection.resource.namespaced
    after = where.after and (prefix if namespaced else "/") + where.after
    limit = None if options.version == 0 else options.limit or None
    objects = collection.at(where.number, after=after, prefix=prefix)
    found = list(
        islice(filter(options.selector.matches, objects), None if limit is None else limit + 1)
    )
    if limit is None or len(found) <= limit:
        return Page(number=where.number, items=found)
    items = found[:limit]
    last = items[-1].key
    remaining = collection.remaining(where.number, after=last, prefix=prefix)
    return Page(
        number=where.number,
        items=items,
        token=Token(where.number, last.removeprefix(prefix)).encode(),
        remaining=None if options.selector else remaining,
    )


def _where(collection: Collection, options: Options, current: int) -> Token:
    """Return the resource version to show, and the key to begin behind."""
    if options.token:
        return _continued(collection, Token.decode(options.token), current)
    wanted = options.version or 0
    if wanted > current:
        raise too_large(wanted, current)
    legacy = not options.match and options.limit and wanted
    if options.match != EXACT and not legacy:
        return Token(current, "")
    if wanted < collection.oldest:
        raise expired(_TOO_OLD)
    return Token(wanted, "")


def _continued(collection: Collection, token: Token, current: int) -> Token:
    if token.number == INCONSISTENT:
        return Token(current, token.after)
    if token.number > current:
        message = "etcdserver: mvcc: required revision is a future revision"
        raise StatusError(500, "InternalError", message)
    if token.number < collection.oldest:
        raise expired(_GONE_ON_TOO_LATE, token=Token(INCONSISTENT, token.after).encode())
    return token


def write(resource: Resource, content: Page) -> Iterator[bytes]:
    """Yield the JSON of a list in chunks of about half a megabyte."""
    metadata = _metadata(resource, content)
    kind, version = f"{resource.kind}List", resource.api_version
    if resource.custom:
        start = f'{{"apiVersion":"{version}","items":['
        end = f'],"kind":"{kind}","metadata":{metadata}}}\n'
    else:
        start = f'{{"kind":"{kind}","apiVersion":"{version}","metadata":{metadata},"items":['
        end = "]}\n"
    opening = b"{" + resource.type_fields if resource.custom else b"{"
    buffer, size = [start.encode()], 0
    for number, item in enumerate(content.items):
        text = item.write(b"," + opening if number else opening)
        buffer.append(text)
        size += len(text)
        if size >= CHUNK:
            yield b"".join(buffer)
            buffer, size = [], 0
    yield b"".join((*buffer, end.encode()))


def write_on(fault: Endless | Circle, query: Mapping[str, str]) -> bytes:
    """Return the JSON of a page of a list that does not end."""
    token, number = query.get("continue", ""), 0
    if isinstance(fault, Circle):
        following = fault.tokens[
            (fault.tokens.index(token) + 1 if token else 0) % len(fault.tokens)
        ]
    else:
        number = int(token or 0) + 1
        following = str(number)
    first = number * int(query.get("limit", "1")) if getattr(fault, "growing", False) else 0
    names = [f"endless-{first + i}" for i in range(int(query.get("limit", "1")))]
    return json.dumps(
        {
            "metadata": {"resourceVersion": "1", "continue": following},
            "items": [{"metadata": {"name": name, "resourceVersion": "1"}} for name in names],
        }
    ).encode()


def _metadata(resource: Resource, content: Page) -> str:
    metadata: dict[str, str | int] = {"resourceVersion": str(content.number)}
    if content.token or resource.custom:
        metadata["continue"] = content.token
    if content.remaining is not None:
        metadata["remainingItemCount"] = content.remaining
    return json.dumps(metadata, separators=(",", ":"), sort_keys=resource.custom)
