"""Where no cloud is looked at, nothing of its SDK is imported."""

import subprocess
import sys

import pytest

from exporter.domain.errors import SettingsError
from exporter.observed.cloud.clouds import cloud_poller
from exporter.settings.cloud import AwsSettings, CloudSettings
from exporter.settings.load import parse

LOOK = """
import sys
import exporter.app.service, exporter.cli.serve
from exporter.checks import ALL
print(sorted(one for one in sys.modules if one.startswith(("boto", "jmespath", "s3transfer"))))
"""


def test_nothing_of_the_sdk_is_imported() -> None:
    done = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_a_cloud_without_a_provider_asks_nobody() -> None:
    assert cloud_poller(CloudSettings()) is None


def test_where_the_sdk_is_missing_the_settings_say_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "botocore", None)

    with pytest.raises(SettingsError, match=r"cluster-conformance-exporter\[aws\]"):
        cloud_poller(CloudSettings(aws=AwsSettings(region="eu-central-1")))


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        pytest.param("{}", "region", id="no region"),
        pytest.param("{region: evil.example.org/}", "expected a region", id="no name of one"),
        pytest.param(
            "{region: eu-central-1, endpoint: 'ftp://x'}", "expected an address", id="ftp"
        ),
        pytest.param("{region: eu-central-1, calls: 1}", "calls", id="too few calls"),
        pytest.param("{region: eu-central-1, secret_key: x}", "secret_key", id="a secret"),
    ],
)
def test_wrong_settings_are_refused(given: str, problem: str, tmp_path: object) -> None:
    text = f"repository: x\ndeclared: {{}}\nobserved: {{snapshot: x, cloud: {{aws: {given}}}}}\n"

    with pytest.raises(SettingsError, match=problem):
        parse(text, name="conformance.yaml", folder=tmp_path)  # type: ignore[arg-type]  # a path
