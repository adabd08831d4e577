"""How to reach the API server and as whom, out of a kubeconfig or the pod's service account.

``kubernetes.aio`` reads both, runs exec plugins and refreshes tokens. It is imported when first
needed, beside the event loop: it takes 21 MiB and up to a third of a second.
"""

import asyncio
import os
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import yaml

from exporter.domain.clock import Clock
from exporter.domain.errors import ReadError, Reason
from exporter.foreign.clock import SYSTEM

RENEWAL = 60.0
"""Seconds after which files with tokens and certificates are read again."""
EARLY = timedelta(seconds=30)
"""How long before its end a token that says when it ends is renewed."""
GRACE = 20.0
"""Seconds that an exec plugin may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Where the API server is, how to trust it, and what to say who asks.

    *server* has no slash at its end; *name* is what its certificate must be for, where that is
    not its address; *authorization* is the header's value, or empty.
    """

    server: str
    authorization: str = field(default="", repr=False)
    tls: ssl.SSLContext | None = None
    name: str | None = None
    proxy: str | None = None


class Logins(Protocol):
    """What gives a login for each request."""

    async def current(self) -> Login:
        """Return the login to use now; raises :exc:`ReadError`."""

    def reject(self, login: Login) -> None:
        """Take note that the server did not accept *login*."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    """What ``kubernetes.aio`` made of the configuration; *expires* where a plugin said so.

    *costly* is true where a plugin or an identity provider gave the token: it is kept until it
    expires or is refused.
    """

    configuration: Any
    expires: datetime | None = None
    costly: bool = False


@dataclass(slots=True)
class Configured:
    """Logins by a kubeconfig at *path*; without one by the pod's service account.

    Outside of a pod that is what kubectl uses: ``$KUBECONFIG``, else ``~/.kube/config``.
    """

    path: Path | None = None
    clock: Clock = SYSTEM
    _login: Login | None = None
    _trust: tuple[object, ...] = ()
    _loaded: _Loaded | None = None
    _until: float = 0.0
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def current(self) -> Login:
        """Return the login to use now; raises :exc:`ReadError`."""
        async with self._lock:
            if self._login is None or self._is_due():
                self._login = await self._renew()
            return self._login

    def reject(self, login: Login) -> None:
        """Take note that the server did not accept *login*: the next one is read anew."""
        if login is self._login:
            self._loaded = None

    def _is_due(self) -> bool:
        loaded = self._loaded
        if loaded is None:
            return True
        if loaded.expires is not None and self.clock.wall() >= loaded.expires - EARLY:
            return True
        return not loaded.costly and self.clock.boot() >= self._until

    async def _renew(self) -> Login:
        loaded = await _load(self.path)
        self._until = self.clock.boot() + RENEWAL
        self._loaded = loaded
        configuration = loaded.configuration
        try:
            tls = self._tls(configuration)
        except (OSError, ValueError) as error:  # SSLError is an OSError
            raise _unusable(f"its certificates cannot be used: {error}", self.path) from None
        authorization = str(configuration.api_key.get("BearerToken") or "").strip()
        if not authorization.isprintable():
            raise _unusable("its token is more than one line", self.path)
        server = str(configuration.host).rstrip("/")
        if not server.startswith(("https://", "http://")):
            raise _unusable("its server does not begin with https://", self.path)
        return Login(
            server=server,
            authorization=authorization,
            tls=tls,
            name=configuration.tls_server_name,
            proxy=configuration.proxy or _proxy_for(server),
        )

    def _tls(self, configuration: Any) -> ssl.SSLContext | None:
        """Return the same context as before where nothing changed: connections are kept by it."""
        if not str(configuration.host).startswith("https:"):
            return None
        files = (configuration.ssl_ca_cert, configuration.cert_file, configuration.key_file)
        trust = (configuration.verify_ssl, *(_content(file) for file in files))
        if self._login is None or self._login.tls is None or trust != self._trust:
            self._trust = trust
            return _tls(configuration)
        return self._login.tls


def _tls(configuration: Any) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=configuration.ssl_ca_cert)
    # Many clusters' own authorities lack extensions that Python 3.13 began to ask for; kubectl
    # asks for none of them.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if configuration.cert_file:
        context.load_cert_chain(configuration.cert_file, configuration.key_file)
    if not configuration.verify_ssl:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _content(path: str | None) -> bytes:
    return Path(path).read_bytes() if path else b""


def _proxy_for(server: str) -> str | None:
    """Return the proxy that the environment names for *server*, as kubectl understands it."""
    address = urlsplit(server)
    host, proxies = address.hostname, getproxies()
    if not host or proxy_bypass(host) or _is_within(host, proxies.get("no", "")):
        return None
    return proxies.get(address.scheme)


def _is_within(host: str, networks: str) -> bool:
    """Tell whether *host* is an address in one of *networks*, which Python itself passes over."""
    for network in networks.split(","):
        with suppress(ValueError):
            if ip_address(host) in ip_network(network.strip(), strict=False):
                return True
    return False


async def _load(path: Path | None) -> _Loaded:
    """Return what the configuration says; raises :exc:`ReadError`."""
    inside = path is None and "KUBERNETES_SERVICE_HOST" in os.environ
    loading: Callable[[], Awaitable[_Loaded]] = (
        _load_service_account if inside else lambda: _load_kubeconfig(path)
    )
    try:
        async with asyncio.timeout(GRACE):
            return await loading()
    except TimeoutError:
        raise _unusable(f"took longer than {GRACE:.0f} s to give a token", path) from None
    except (OSError, ValueError, LookupError, TypeError, AttributeError, yaml.YAMLError) as error:
        raise _unusable(f"cannot be used: {type(error).__name__}: {error}", path) from None


def _unusable(message: str, path: Path | None) -> ReadError:
    return ReadError(
        message,
        reason=Reason.MALFORMED,
        path=str(path) if path else "the Kubernetes configuration",
        advice="see observed.kubernetes.kubeconfig",
    )


async def _library() -> tuple[Any, Any]:
    """Return the client's packages ``client`` and ``config``, which have no annotations."""

    def load() -> tuple[Any, Any]:
        from kubernetes.aio import client, config  # noqa: PLC0415 - when first needed

        return client, config

    return await asyncio.to_thread(load)


async def _load_service_account() -> _Loaded:
    client, config = await _library()
    configuration = client.Configuration()
    try:
        config.load_incluster_config(client_configuration=configuration, try_refresh_token=False)
    except config.ConfigException as error:
        raise ValueError(error) from None
    return _Loaded(configuration=configuration)


async def _load_kubeconfig(path: Path | None) -> _Loaded:
    client, config = await _library()
    configuration = client.Configuration()
    try:
        loader = await config.load_kube_config(
            config_file=str(path) if path else None,
            client_configuration=configuration,
            persist_config=False,
        )
    except config.ConfigException as error:
        raise ValueError(error) from None
    user = getattr(loader, "_user", None)
    costly = user is not None and ("exec" in user or "auth-provider" in user)
    return _Loaded(
        configuration=configuration,
        expires=getattr(loader, "exec_plugin_expiry", None),
        costly=costly,
    )
