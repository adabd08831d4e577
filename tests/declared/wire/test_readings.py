"""A reading arrives as it was written; what no reader wrote is refused."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.declared.checkout import Checkout
from exporter.declared.manifests import Workloads
from exporter.declared.wire import readings
from exporter.declared.wire.readings import GivenPlaces
from exporter.declared.wire.tables import MAX_VALUES, GarbledReadingError
from exporter.domain.declaration import (
    Reading,
    WorkloadKey,
)
from exporter.domain.json import JsonObject
from exporter.domain.provenance import Place, Source
from tests.declared.wire.samples import PLACE, REVISION, RUNNING, WHOLE, WORKLOAD


@pytest.fixture
def places(tmp_path: Path) -> GivenPlaces:
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps" / "a.yaml").touch()
    (tmp_path / "out").symlink_to("/etc")
    checkout = Checkout(root=tmp_path.resolve(), revision=REVISION)
    return GivenPlaces(Source.ARGOCD, [checkout], frozenset({RUNNING}))


def test_a_reading_arrives_as_it_was_written(places: GivenPlaces) -> None:
    assert readings.read(readings.write(WHOLE), places) == WHOLE


def test_numbers_and_truth_values_stay_what_they_are(places: GivenPlaces) -> None:
    manifest: JsonObject = {"a": 1, "b": True, "c": 1.0, "d": [0, False], "e": [[0], [False]]}
    reading = replace(WHOLE, workloads=(replace(WORKLOAD, manifest=manifest),))

    (found,) = readings.read(readings.write(reading), places).workloads

    assert repr(found.manifest) == repr(manifest)


def test_what_is_shared_is_written_once(places: GivenPlaces) -> None:
    many = tuple(
        replace(WORKLOAD, key=WorkloadKey("api", "Deployment", str(at))) for at in range(1000)
    )
    written = readings.write(replace(WHOLE, workloads=many))

    found = readings.read(written, places).workloads

    assert len(written) < 100_000
    assert len({id(one.manifest) for one in found}) == 1


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(replace(PLACE, path="../outside.yaml"), id="above"),
        pytest.param(replace(PLACE, path="/etc/passwd"), id="absolute"),
        pytest.param(replace(PLACE, path="out/passwd"), id="by a link"),
        pytest.param(replace(PLACE, path=".git/config"), id="what Git keeps"),
        pytest.param(replace(PLACE, path="a\nb"), id="two lines"),
        pytest.param(replace(PLACE, path="a" * 5000), id="too long"),
        pytest.param(replace(PLACE, source=Source.PROMETHEUS), id="no source of declarations"),
        pytest.param(replace(RUNNING, path="ApplicationSet argocd/b"), id="an object not given"),
        pytest.param(replace(PLACE, line=99, revision="main; rm"), id="no revision"),
        pytest.param(replace(PLACE, line=-1), id="no line"),
    ],
)
def test_a_value_stands_in_a_file_that_was_given(places: GivenPlaces, place: Place) -> None:
    reading = replace(WHOLE, workloads=(replace(WORKLOAD, place=place),))

    with pytest.raises(GarbledReadingError):
        readings.read(readings.write(reading), places)


def test_a_reading_is_of_the_source_that_was_asked_for(places: GivenPlaces) -> None:
    written = readings.write(Reading(source=Source.TERRAFORM))

    with pytest.raises(GarbledReadingError, match="another source"):
        readings.read(written, places)


Change = Callable[[list[Any]], object]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda all_: all_[0][4].append([[len(all_[0][4])]]), id="holds itself"),
        pytest.param(lambda all_: all_[0][4].append([[-1]]), id="a negative number"),
        pytest.param(
            lambda all_: all_[0][4].append([0, [0, 0, 0, 0, 0, 0, 0]]), id="a key without a value"
        ),
        pytest.param(lambda all_: all_[0][4].append({"a": 1}), id="a part that is none"),
        pytest.param(lambda all_: all_[0][0].append(b"\xff"), id="a text that is none"),
        pytest.param(lambda all_: all_[0][2].append(["nowhere", 0, 1, 0]), id="no source"),
        pytest.param(lambda all_: all_[0].pop(), id="a table too few"),
        pytest.param(lambda all_: all_[1].append(None), id="a field too many"),
        pytest.param(lambda all_: all_.append([]), id="more than a reading"),
        pytest.param(lambda all_: all_[1].__setitem__(-1, 0), id="a number for a truth value"),
    ],
)
def test_what_is_no_reading_is_refused(places: GivenPlaces, change: Change) -> None:
    decode, encode = msgspec.msgpack.decode, msgspec.msgpack.encode
    rows = [[*map(decode, parts)] for parts in decode(readings.write(WHOLE))]
    change(rows)
    changed = encode([[*map(encode, parts)] for parts in rows])

    with pytest.raises(GarbledReadingError):
        readings.read(changed, places)


def test_a_manifest_whose_parts_multiply_is_refused(places: GivenPlaces) -> None:
    part: Any = {"a": 1}
    for _ in range(MAX_VALUES.bit_length()):
        part = {"a": part, "b": part}
    written = readings.write(replace(WHOLE, workloads=(replace(WORKLOAD, manifest=part),)))

    with pytest.raises(GarbledReadingError, match="a manifest"):
        readings.read(written, places)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_reading_or_refused(content: bytes) -> None:
    checkout = Checkout(root=Path("/nonexistent"))

    with pytest.raises(GarbledReadingError):
        readings.read(content, GivenPlaces(Source.ARGOCD, [checkout]))


@given(st.data())
def test_any_change_of_a_reading_gives_a_reading_or_is_refused(data: st.DataObject) -> None:
    written = bytearray(readings.write(WHOLE))
    checkout = Checkout(root=Path("/nonexistent"), revision=REVISION)
    for _ in range(data.draw(st.integers(1, 3))):
        written[data.draw(st.integers(0, len(written) - 1))] = data.draw(st.integers(0, 255))

    try:
        found = readings.read(bytes(written), GivenPlaces(Source.ARGOCD, [checkout]))
    except GarbledReadingError:
        return
    assert isinstance(found, Reading)


PART = readings.write_part(Workloads(workloads=(WORKLOAD,)))
NUMBER = blake2b(PART, digest_size=16).digest()
BARE = replace(WHOLE, workloads=())


def test_a_part_that_is_known_is_not_written_again(places: GivenPlaces) -> None:
    first = readings.decode(readings.write(BARE, [(NUMBER, PART)]), places)

    second = readings.decode(readings.write(BARE, [(NUMBER, b"")]), places, first.parts)

    assert second.reading == first.reading
    assert second.reading.workloads[0] is first.reading.workloads[0]


def test_a_part_stands_at_the_commit_at_which_it_was_last_seen(
    places: GivenPlaces, tmp_path: Path
) -> None:
    first = readings.decode(readings.write(BARE, [(NUMBER, PART)]), places)
    next_one = GivenPlaces(Source.ARGOCD, [Checkout(tmp_path.resolve(), "b" * 40)], places.others)

    second = readings.decode(readings.write(BARE, [(NUMBER, b"")]), next_one, first.parts)

    assert second.reading.workloads[0].place.revision == "b" * 40


@pytest.mark.parametrize(
    "part",
    [
        pytest.param((NUMBER, b""), id="one that nobody knows"),
        pytest.param((b"other", PART), id="another number"),
        pytest.param((NUMBER, PART[:-1]), id="cut"),
        pytest.param((NUMBER,), id="no content"),
        pytest.param((7, PART), id="no bytes"),
    ],
)
def test_a_part_that_was_not_written_so_is_refused(places: GivenPlaces, part: Any) -> None:
    with pytest.raises(GarbledReadingError):
        readings.decode(readings.write(BARE, [part]), places)


def test_a_part_whose_file_is_gone_is_refused(places: GivenPlaces, tmp_path: Path) -> None:
    known = readings.decode(readings.write(BARE, [(NUMBER, PART)]), places).parts
    (tmp_path / "apps" / "a.yaml").unlink()
    (tmp_path / "apps" / "a.yaml").symlink_to("/etc/passwd")
    later = GivenPlaces(Source.ARGOCD, places.checkouts, places.others)

    with pytest.raises(GarbledReadingError):
        readings.decode(readings.write(BARE, [(NUMBER, b"")]), later, known)


def test_parts_that_are_too_much_together_are_refused(places: GivenPlaces) -> None:
    manifest: JsonObject = {str(at): [0] * 1000 for at in range(1000)}
    many = [
        replace(WORKLOAD, key=WorkloadKey("api", "Deployment", str(at)), manifest=manifest)
        for at in range(11)
    ]
    halves = [readings.write_part(Workloads(workloads=(*many, one))) for one in many[:2]]
    parts = [(blake2b(one, digest_size=16).digest(), one) for one in halves]
    assert MAX_VALUES < 24_000_000

    with pytest.raises(GarbledReadingError, match="too much"):
        readings.decode(readings.write(BARE, parts), places)
