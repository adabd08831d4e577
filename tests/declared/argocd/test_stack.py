from collections.abc import Awaitable, Callable

import pytest

from exporter.declared.argocd.reader import Followed
from exporter.domain.monitoring.stack import StackValue

Follow = Callable[..., Awaitable[Followed]]
ADDRESS = "https://git.example.org/platform/gitops.git"
HEAD = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: kps}
spec:
  destination: {server: "https://kubernetes.default.svc", namespace: monitoring}
"""
CHART = "    repoURL: https://charts.example.org\n    chart: kube-prometheus-stack\n"
SPEC = "prometheus: {prometheusSpec: {retention: %s}}"


def application(helm: str, chart: str = CHART) -> str:
    return f"{HEAD}  source:\n{chart}    helm:\n{helm}"


def retention(followed: Followed) -> list[tuple[str, str]]:
    return [
        (one.value.value, one.value.place.where)
        for one in followed.reading.stack
        if one.name is StackValue.RETENTION
    ]


@pytest.mark.parametrize(
    ("helm", "expected"),
    [
        pytest.param(
            "      valuesObject:\n        prometheus:\n          prometheusSpec:\n"
            "            retention: 15d\n",
            ("15d", "a.yaml:13"),
            id="object",
        ),
        pytest.param(
            f"      values: |\n        {SPEC % '15d'}\n", ("15d", "a.yaml:10"), id="block"
        ),
        pytest.param(
            "      parameters:\n"
            "        - {name: prometheus.prometheusSpec.retention, value: 15d}\n",
            ("15d", "a.yaml:11"),
            id="parameter",
        ),
        pytest.param(
            f"      values: '{SPEC % '1d'}'\n      valuesObject: {{{SPEC % '15d'}}}\n",
            ("15d", "a.yaml:11"),
            id="the object counts more than the block",
        ),
        pytest.param(
            f"      valuesObject: {{{SPEC % '1d'}}}\n      parameters:\n"
            "        - {name: prometheus.prometheusSpec.retention, value: 15d}\n",
            ("15d", "a.yaml:12"),
            id="a parameter counts most",
        ),
    ],
)
async def test_helm_values_of_a_monitoring_chart_are_read(
    follow: Follow, helm: str, expected: tuple[str, str]
) -> None:
    followed = await follow({"a.yaml": application(helm)}, "a.yaml")

    assert retention(followed) == [expected]


async def test_files_of_values_in_this_repository_are_read_the_last_counting_most(
    follow: Follow,
) -> None:
    text = (
        f"{HEAD}  sources:\n    - repoURL: https://charts.example.org\n"
        "      chart: kube-prometheus-stack\n"
        "      helm: {valueFiles: [$values/base.yaml, $values/prod.yaml]}\n"
        f"    - repoURL: {ADDRESS}\n      ref: values\n"
    )
    files = {"base.yaml": SPEC % "1d", "prod.yaml": f"\n{SPEC % '15d'}"}

    followed = await follow({"a.yaml": text, **files}, "a.yaml", address=ADDRESS)

    assert retention(followed) == [("15d", "prod.yaml:2")]


async def test_what_a_file_elsewhere_may_override_is_not_known(follow: Follow) -> None:
    text = (
        f"{HEAD}  sources:\n    - repoURL: https://charts.example.org\n"
        "      chart: kube-prometheus-stack\n"
        "      helm: {valueFiles: [$values/base.yaml, prod.yaml]}\n"
        f"    - repoURL: {ADDRESS}\n      ref: values\n"
    )

    followed = await follow({"a.yaml": text, "base.yaml": SPEC % "1d"}, "a.yaml", address=ADDRESS)

    assert retention(followed) == []


async def test_values_beside_an_object_of_values_are_not_taken(follow: Follow) -> None:
    helm = f"      values: '{SPEC % '1d'}'\n      valuesObject: {{grafana: {{enabled: true}}}}\n"

    followed = await follow({"a.yaml": application(helm)}, "a.yaml")

    assert retention(followed) == []


async def test_a_file_of_values_elsewhere_is_left_open(follow: Follow) -> None:
    helm = "      valueFiles: [values-prod.yaml]\n"

    followed = await follow({"a.yaml": application(helm)}, "a.yaml")

    message = "the values in 'values-prod.yaml' are not in this repository"
    assert message in {one.message for one in followed.reading.unresolved}
    (gap,) = followed.reading.stack_gaps
    assert (gap.message, gap.place.where, gap.names) == (
        message,
        "a.yaml:10",
        frozenset(StackValue),
    )


async def test_what_counts_more_than_a_file_elsewhere_is_not_hidden_by_it(follow: Follow) -> None:
    helm = f"      valueFiles: [values-prod.yaml]\n      valuesObject: {{{SPEC % '15d'}}}\n"

    followed = await follow({"a.yaml": application(helm)}, "a.yaml")

    assert retention(followed) == [("15d", "a.yaml:11")]
    (gap,) = followed.reading.stack_gaps
    assert gap.names == set(StackValue) - {StackValue.RETENTION}


async def test_broken_values_are_a_failure_and_harm_nothing_else(follow: Follow) -> None:
    helm = "      values: |\n        prometheus: [\n"

    followed = await follow({"a.yaml": application(helm)}, "a.yaml")

    assert [one.part for one in followed.reading.failures] == [
        "Helm values of Application argocd/kps"
    ]
    assert len(followed.reading.applications) == 1


async def test_another_chart_states_nothing(follow: Follow) -> None:
    helm = f"      valuesObject: {{{SPEC % '15d'}}}\n"
    chart = CHART.replace("kube-prometheus-stack", "redis")

    followed = await follow({"a.yaml": application(helm, chart)}, "a.yaml")

    assert followed.reading.stack == ()


async def test_an_application_of_another_cluster_states_nothing(follow: Follow) -> None:
    helm = f"      valuesObject: {{{SPEC % '15d'}}}\n"
    text = application(helm).replace("kubernetes.default.svc", "other.example.org")

    followed = await follow({"a.yaml": text}, "a.yaml")

    assert followed.reading.stack == ()
