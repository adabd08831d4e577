"""What a kubeconfig or the pod's service account says, read by ``kubernetes.aio``.

That is imported when first needed, beside the event loop (:mod:`.library`). Programs that a
kubeconfig names are run by us (:mod:`.plugins`): the library would neither end nor bound them.
"""

import asyncio
import base64
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import yaml

from exporter.domain.errors import ParseError, ReadError, Reason
from exporter.domain.instants import parse_instant
from exporter.foreign.command import Limits
from exporter.observed.kubernetes import library, plugins

GRACE: Final = plugins.LIMITS.seconds + 5
"""Seconds that reading may take in all, an identity provider's answer included."""


class CostlyError(ReadError):
    """A plugin or an identity provider failed, which should not be asked again at once."""

    def again(self) -> "CostlyError":
        """Return the same error, for somebody else."""
        return CostlyError(self.message, reason=self.reason, path=self.path, advice=self.advice)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What ``kubernetes.aio`` made of the configuration; *expires* where a plugin said so.

    *costly* is true where a plugin or an identity provider gave the token: it is kept until it
    expires or is refused.
    """

    configuration: Any
    expires: datetime | None = None
    costly: bool = False


async def load(path: Path | None, *, limits: Limits) -> Loaded:
    """Return what the configuration says, a plugin within *limits*; raises :exc:`ReadError`."""
    if path is None and "KUBERNETES_SERVICE_HOST" in os.environ:
        return await _translated(_service_account(), path)
    return await _translated(_kubeconfig(path, limits), path)


def unusable(message: str, path: Path | None, *, reason: Reason = Reason.MALFORMED) -> ReadError:
    """Return the error that a configuration cannot be used."""
    return ReadError(message, reason=reason, path=_name(path), advice=_ADVICE)


async def forget_files() -> None:
    """Remove the files that the library made of keys and certificates, once these are loaded."""
    _, config = await _library()
    config.kube_config._cleanup_temp_files()  # noqa: SLF001 - it does so by itself at the end only


_ADVICE: Final = "see observed.kubernetes.kubeconfig"


def _name(path: Path | None) -> str:
    return str(path) if path else "the Kubernetes configuration"


async def _translated(loading: Any, path: Path | None) -> Loaded:
    try:
        async with asyncio.timeout(GRACE):
            loaded: Loaded = await loading
    except TimeoutError:
        raise unusable(f"took longer than {GRACE:.0f} s to give a token", path) from None
    except ReadError as error:
        raise CostlyError(
            error.message, reason=error.reason, path=_name(path), advice=_ADVICE
        ) from None
    except (OSError, ValueError, LookupError, TypeError, AttributeError, yaml.YAMLError) as error:
        raise unusable(f"cannot be used: {type(error).__name__}: {error}", path) from None
    return loaded


async def _library() -> tuple[Any, Any]:
    """Return the client's packages ``client`` and ``config``, which have no annotations."""
    return await asyncio.to_thread(library.modules)


async def _service_account() -> Loaded:
    client, config = await _library()
    configuration = client.Configuration()
    try:
        config.load_incluster_config(client_configuration=configuration, try_refresh_token=False)
    except config.ConfigException as error:
        raise ValueError(error) from None
    return Loaded(configuration=configuration)


async def _kubeconfig(path: Path | None, limits: Limits) -> Loaded:
    client, config = await _library()
    configuration, kube_config = client.Configuration(), config.kube_config
    usual = kube_config.KUBE_CONFIG_DEFAULT_LOCATION
    if path is None and not _exists(usual):
        message = f"there is none at {usual}"
        raise unusable(message, path, reason=Reason.MISSING)
    expires, costly = None, False
    try:
        merged = kube_config.KubeConfigMerger(
            str(path or kube_config.KUBE_CONFIG_DEFAULT_LOCATION)
        ).config

        async def google() -> plugins.GoogleCredentials:
            return await plugins.google(user["auth-provider"]["config"], limits=limits)

        loader = kube_config.KubeConfigLoader(
            merged, config_base_path=None, get_google_credentials=google
        )
        user: Any = getattr(loader, "_user", None)
        if user is not None:
            costly = "exec" in user or "auth-provider" in user
            if "exec" in user and "auth-provider" not in user:
                expires = await _log_in(user, limits)
        await loader.load_and_set(configuration)
    except config.ConfigException as error:
        raise ValueError(error) from None
    return Loaded(configuration=configuration, expires=expires, costly=costly)


def _exists(files: str) -> bool:
    """Tell whether there is any of *files*, as ``$KUBECONFIG`` has them."""
    return any(Path(file).expanduser().exists() for file in files.split(os.pathsep) if file)


async def _log_in(user: Any, limits: Limits) -> datetime | None:
    """Put what the user's plugin gives in its place; return when that ends, if it says so."""
    given = user.value.pop("exec")
    folder = Path(user.path).parent if user.path else Path()
    status = await plugins.credential(given, folder=folder, limits=limits)
    if status.token:
        user.value["token"] = status.token
    if status.client_certificate_data and status.client_key_data:
        user.value["client-certificate-data"] = _encoded(status.client_certificate_data)
        user.value["client-key-data"] = _encoded(status.client_key_data)
    elif not status.token:
        message = "its exec plugin gave neither a token nor a certificate with its key"
        raise ReadError(message, reason=Reason.MALFORMED)
    try:
        return parse_instant(status.expiration_timestamp) if status.expiration_timestamp else None
    except ParseError as error:
        message = f"its exec plugin gave no sound expirationTimestamp: {error.message}"
        raise ReadError(message, reason=Reason.MALFORMED) from None


def _encoded(text: str) -> str:
    return base64.standard_b64encode(text.encode()).decode()
