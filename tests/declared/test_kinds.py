import pytest

from exporter.declared.kinds import is_declaration, is_hook, is_transient
from exporter.domain.json import JsonObject


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application"}, True, id="it is"
        ),
        pytest.param({"apiVersion": "app.k8s.io/v1", "kind": "Application"}, False, id="group"),
        pytest.param(
            {"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject"}, False, id="kind"
        ),
        pytest.param({"apiVersion": ["a"], "kind": ["Application"]}, False, id="shape"),
    ],
)
def test_applications_are_those_of_argo_cd(content: JsonObject, *, expected: bool) -> None:
    assert is_declaration(content) is expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param({"metadata": {"generateName": "a-"}}, True, id="a new name each time"),
        pytest.param({"metadata": {"generateName": "a-", "name": "b"}}, False, id="a name beside"),
        pytest.param(
            {"kind": "Job", "spec": {"ttlSecondsAfterFinished": 0}}, True, id="a job that goes"
        ),
        pytest.param({"kind": "Job", "spec": {}}, False, id="a job that stays"),
        pytest.param(
            {"kind": "CronJob", "spec": {"ttlSecondsAfterFinished": 9}}, False, id="another kind"
        ),
    ],
)
def test_what_does_not_stay_is_transient(content: JsonObject, *, expected: bool) -> None:
    assert is_transient(content) is expected


@pytest.mark.parametrize("name", ["argocd.argoproj.io/hook", "helm.sh/hook"])
def test_hooks_say_so_in_an_annotation(name: str) -> None:
    assert is_hook({"metadata": {"annotations": {name: "PreSync"}}})
    assert not is_hook({"metadata": {"annotations": {"other": "PreSync"}}})
