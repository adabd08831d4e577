"""Which cloud the settings name, and the provider that looks at it."""

from importlib import import_module
from importlib.util import find_spec

from exporter.domain.errors import SettingsError
from exporter.observed.cloud.poller import CloudPoller
from exporter.settings.cloud import AwsSettings, CloudSettings

_EXTRA = (
    "observed.cloud.aws: the AWS SDK is not installed; install the extra: "
    "pip install 'cluster-conformance-exporter[aws]'"
)


def cloud_poller(settings: CloudSettings) -> tuple[AwsSettings, CloudPoller] | None:
    """Return what asks the cloud of the *settings*, if they name one.

    The SDK is imported here and nowhere else: who asks no cloud needs none. Raises
    :exc:`SettingsError` where it is not installed.
    """
    if settings.aws is None:
        return None
    if find_spec("botocore") is None:
        raise SettingsError([_EXTRA])
    provider = import_module("exporter.observed.cloud.aws.provider")
    return settings.aws, CloudPoller(provider.AwsProvider(settings.aws))
