import msgspec
import pytest

from exporter.domain.errors import ParseError
from exporter.domain.json import JsonObject
from exporter.observed.kinds.image_updater import ImageUpdaterRecord, observed_image_updater


def observed(spec: object) -> JsonObject:
    content = {"metadata": {"name": "all", "namespace": "argocd"}, "spec": spec}
    record = msgspec.json.decode(msgspec.json.encode(content), type=ImageUpdaterRecord)
    return observed_image_updater(record)


def test_it_is_what_somebody_would_have_written() -> None:
    spec = {"applicationRefs": [{"namePattern": "*", "useAnnotations": True}]}

    assert observed(spec) == {
        "apiVersion": "argocd-image-updater.argoproj.io/v1alpha1",
        "kind": "ImageUpdater",
        "metadata": {"name": "all", "namespace": "argocd"},
        "spec": spec,
    }


def test_one_without_a_spec_selects_nothing() -> None:
    assert observed(None)["spec"] == {}


def test_a_spec_that_is_no_object_is_refused() -> None:
    with pytest.raises(ParseError, match="spec"):
        observed([1])
