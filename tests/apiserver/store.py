"""The objects of the simulated cluster, every version of them, and who is told of changes."""

import uuid
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol, TypeAlias

import msgspec

from tests.apiserver.resources import BUILT_IN, CUSTOM, Resource

Object: TypeAlias = dict[str, Any]
Parts: TypeAlias = tuple[bytes, ...]

HISTORY = 20_000
"""How many changes of a kind are kept at least; from twice as many on, the oldest go."""


class Version(NamedTuple):
    """One state of one object.

    Its JSON, without kind, apiVersion and the opening brace, is *parts* with the resource version
    written between the first and the rest, so that objects can share bytes. A deletion is a
    version too: the last state, under the resource version of the deletion.
    """

    number: int
    namespace: str
    name: str
    parts: Parts
    deleted: bool = False

    @property
    def key(self) -> str:
        """What lists are sorted by."""
        return f"{self.namespace}/{self.name}"

    def write(self, opening: bytes) -> bytes:
        """Return the JSON with *opening* in front."""
        first, *rest = self.parts
        return b"".join((opening, first, b"%d" % self.number, *rest))


class Event(NamedTuple):
    """A change: what an object is now, and what it was."""

    version: Version
    previous: Version | None


class Listener(Protocol):
    """Someone who is told of changes."""

    def notice(self, event: Event) -> None:
        """Take note of a change, in the order of resource versions."""

    def end(self) -> None:
        """Take note that the kind is gone."""


class Collection:
    """All objects of one kind: their versions since the last compaction, and the changes."""

    def __init__(self, resource: Resource, *, history: int = HISTORY) -> None:
        self.resource = resource
        self._history = history
        self.oldest = 0
        self.listeners: set[Listener] = set()
        self.changes: list[Event] = []
        self._versions: dict[str, list[Version]] = {}
        self._sorted: list[str] = []
        self._unsorted = False
        self._dead: set[str] = set()

    def latest(self, key: str) -> Version | None:
        """Return an object as it is, or None where there is none."""
        versions = self._versions.get(key)
        return None if versions is None or versions[-1].deleted else versions[-1]

    def record(self, version: Version) -> Event:
        """Add a version and tell the listeners."""
        key = version.key
        versions = self._versions.get(key)
        if versions is None:
            versions = self._versions[key] = []
            self._sorted.append(key)
            self._unsorted = True
        event = Event(version, versions[-1] if versions and not versions[-1].deleted else None)
        versions.append(version)
        (self._dead.add if version.deleted else self._dead.discard)(key)
        self.changes.append(event)
        for listener in tuple(self.listeners):
            listener.notice(event)
        if len(self.changes) > 2 * self._history:
            self.compact(self.changes[-self._history].version.number)
        return event

    def at(self, number: int, *, after: str = "", prefix: str = "") -> Iterator[Version]:
        """Yield the objects as they were at a resource version, in order of their keys.

        Only those whose key is behind *after* and begins with *prefix*.
        """
        keys = self.keys()
        for key in keys[max(bisect_right(keys, after), bisect_left(keys, prefix)) :]:
            if not key.startswith(prefix):
                return
            found = _at(self._versions[key], number)
            if found is not None:
                yield found

    def remaining(self, number: int, *, after: str, prefix: str = "") -> int:
        """Return how many objects with *prefix* stood behind the key *after* at *number*."""

        def counts(key: str) -> bool:
            return key > after and key.startswith(prefix)

        keys = self.keys()
        end = bisect_right(keys, prefix + "\U0010ffff") if prefix else len(keys)
        now = end - bisect_right(keys, max(after, prefix)) - sum(map(counts, self._dead))
        for event in reversed(self.changes):
            if event.version.number <= number:
                break
            if counts(event.version.key):
                now += event.version.deleted - (event.previous is None)
        return now

    def since(self, number: int) -> list[Event]:
        """Return the changes after a resource version, which must not be compacted."""
        first = bisect_right(self.changes, number, key=lambda event: event.version.number)
        return self.changes[first:]

    def compact(self, number: int) -> None:
        """Forget what was before a resource version."""
        self.oldest = max(self.oldest, number)
        first = bisect_right(self.changes, number, key=lambda event: event.version.number)
        for key in {event.version.key for event in self.changes[:first]}:
            versions = self._versions[key]
            kept = max(
                (index for index, one in enumerate(versions) if one.number <= number), default=0
            )
            del versions[:kept]
            if len(versions) == 1 and versions[0].deleted:
                del self._versions[key]
                self._dead.discard(key)
        del self.changes[:first]
        if len(self._versions) < len(self._sorted):
            self._sorted = [key for key in self._sorted if key in self._versions]

    def keys(self) -> list[str]:
        """Return the keys of all objects of which some version is known, sorted."""
        if self._unsorted:
            self._sorted.sort()
            self._unsorted = False
        return self._sorted


def _at(versions: Iterable[Version], number: int) -> Version | None:
    found = None
    for version in versions:
        if version.number > number:
            break
        found = version
    return None if found is None or found.deleted else found


class Store:
    """Collections under one counter of resource versions."""

    def __init__(
        self, resources: Iterable[Resource] = (*BUILT_IN, *CUSTOM), *, history: int = HISTORY
    ) -> None:
        self.number = 1
        self._history = history
        self._collections: dict[tuple[str, str], Collection] = {}
        for resource in resources:
            self.install(resource)

    def emptied(self) -> "Store":
        """Return a store for the same kinds that has nothing, and counts from the start."""
        return Store((one.resource for one in self.collections), history=self._history)

    @property
    def collections(self) -> tuple[Collection, ...]:
        """All kinds that are installed."""
        return tuple(self._collections.values())

    def collection(self, group: str, plural: str) -> Collection | None:
        """Return the objects of a kind, or None where it is not installed."""
        return self._collections.get((group, plural))

    def of(self, what: str | Object) -> Collection:
        """Return the collection of an object, a kind or a plural; raises :exc:`LookupError`."""
        for one in self._collections.values():
            resource = one.resource
            if isinstance(what, str):
                found = what in {resource.plural, resource.kind, resource.qualified}
            else:
                named = (what.get("apiVersion"), what.get("kind"))
                found = named == (resource.api_version, resource.kind)
            if found:
                return one
        raise LookupError(f"no resource is installed for {what!r:.200}")

    def install(self, resource: Resource) -> None:
        """Serve a kind from now on."""
        key = (resource.group, resource.plural)
        self._collections.setdefault(key, Collection(resource, history=self._history))

    def remove(self, what: str) -> None:
        """Delete all objects of a kind, or of a group, and serve it no more."""
        found = [one for one in self.collections if what == one.resource.group] or [self.of(what)]
        for collection in found:
            for version in list(collection.at(self.number)):
                self.delete(collection.resource.qualified, version.name, version.namespace)
            del self._collections[collection.resource.group, collection.resource.plural]
            for listener in tuple(collection.listeners):
                listener.end()

    def put(self, content: Mapping[str, Any]) -> int:
        """Create or replace an object; return its resource version."""
        found = dict(content)
        collection = self.of(found)
        metadata = found.get("metadata", {})
        namespace = metadata.get("namespace", "") if collection.resource.namespaced else ""
        previous = collection.latest(f"{namespace}/{metadata['name']}")
        parts = _encode(found, previous)
        return self.put_parts(collection, namespace=namespace, name=metadata["name"], parts=parts)

    def put_parts(self, collection: Collection, *, namespace: str, name: str, parts: Parts) -> int:
        """Create or replace an object that is bytes already."""
        self.number += 1
        collection.record(Version(self.number, namespace, name, parts))
        return self.number

    def get(self, what: str, name: str, namespace: str = "") -> Object | None:
        """Return an object as the server shows it, or None where there is none."""
        collection = self.of(what)
        version = collection.latest(f"{namespace}/{name}")
        return None if version is None else read(collection.resource, version)

    def objects(self, what: str) -> list[Object]:
        """Return all objects of a kind."""
        collection = self.of(what)
        return [read(collection.resource, one) for one in collection.at(self.number)]

    def delete(self, what: str, name: str, namespace: str = "") -> int:
        """Delete an object; raises :exc:`LookupError` where there is none."""
        collection = self.of(what)
        version = collection.latest(f"{namespace}/{name}")
        if version is None:
            raise LookupError(f"there is no {what} {namespace}/{name}")
        self.number += 1
        collection.record(version._replace(number=self.number, deleted=True))
        return self.number

    def replace_all(self, what: str, contents: Iterable[Mapping[str, Any]]) -> int:
        """Make *contents* the only objects of a kind: put them, delete the others."""
        collection = self.of(what)
        before = {one.key for one in collection.at(self.number)}
        wanted = {_key(content): content for content in contents}
        for key in sorted(before - wanted.keys()):
            namespace, _, name = key.rpartition("/")
            self.delete(what, name, namespace)
        for content in wanted.values():
            self.put(content)
        return self.number

    def compact(self, number: int | None = None) -> None:
        """Forget all versions before *number*, or before now."""
        for collection in self.collections:
            collection.compact(self.number if number is None else number)


def _key(content: Mapping[str, Any]) -> str:
    metadata = content["metadata"]
    return f"{metadata.get('namespace', '')}/{metadata['name']}"


def read(resource: Resource, version: Version) -> Object:
    """Return an object as plain data."""
    found: Object = msgspec.json.decode(version.write(b"{" + resource.type_fields))
    return found


def _encode(content: Object, previous: Version | None) -> Parts:
    """Return the parts of an object; what every object has is kept from before, or made up."""
    metadata = dict(content["metadata"])
    known = read_metadata(previous) if previous else {}
    metadata.setdefault("uid", known.get("uid") or str(uuid.uuid4()))
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    metadata.setdefault("creationTimestamp", known.get("creationTimestamp") or now)
    metadata.pop("resourceVersion", None)
    ahead = {key: metadata.pop(key) for key in ("name", "namespace", "uid") if key in metadata}
    others = {k: v for k, v in content.items() if k not in {"kind", "apiVersion", "metadata"}}
    first = b'"metadata":' + _json(ahead)[:-1] + b',"resourceVersion":"'
    rest = b'",' + _json(metadata)[1:]
    return first, rest + (b"," + _json(others)[1:] if others else b"}")


def read_metadata(version: Version) -> Object:
    """Return the metadata of an object as plain data."""
    found: Object = msgspec.json.decode(version.write(b"{"))["metadata"]
    return found


_json = msgspec.json.Encoder().encode
