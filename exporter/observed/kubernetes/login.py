"""How to reach the API server and as whom, out of a kubeconfig or the pod's service account."""

import asyncio
import math
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from exporter.domain.clock import Clock
from exporter.foreign.clock import SYSTEM
from exporter.foreign.command import Limits
from exporter.observed.kubernetes import kubeconfig, plugins
from exporter.observed.kubernetes.kubeconfig import CostlyError, Loaded, unusable

RENEWAL = 60.0
"""Seconds after which files with tokens and certificates are read again."""
EARLY = timedelta(seconds=30)
"""How long before its end a token that says when it ends is renewed."""
RETRY = 15.0
"""Seconds after which a plugin that failed is started again; until then, all hear why."""


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


@dataclass(slots=True)
class Configured:
    """Logins by a kubeconfig at *path*; without one by the pod's service account.

    Outside of a pod that is what kubectl uses: ``$KUBECONFIG``, else ``~/.kube/config``. *limits*
    are those of a plugin.
    """

    path: Path | None = None
    clock: Clock = SYSTEM
    limits: Limits = plugins.LIMITS
    _login: Login | None = None
    _trust: tuple[object, ...] = ()
    _loaded: Loaded | None = None
    _until: float = 0.0
    _failed: CostlyError | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def current(self) -> Login:
        """Return the login to use now; raises :exc:`ReadError`."""
        async with self._lock:
            if self._login is None or self._is_due():
                self._login = await self._renewed()
            return self._login

    def reject(self, login: Login) -> None:
        """Take note that the server did not accept *login*: the next one is read anew."""
        if login is self._login:
            self._loaded = None

    def _is_due(self) -> bool:
        return self._loaded is None or self.clock.boot() >= self._until

    async def _renewed(self) -> Login:
        """Return the next login; a plugin that failed lately is not started again for it."""
        now = self.clock.boot()
        if self._failed is not None and now < self._until:
            raise self._failed.again()
        try:
            login, self._failed = await self._renew(), None
        except CostlyError as error:
            self._failed, self._until = error, self.clock.boot() + RETRY
            raise
        return login

    def _kept(self, loaded: Loaded) -> float:
        """Return for how many seconds what was loaded may be used.

        A token's end is held against the wall clock once: that may be set later.
        """
        if loaded.expires is not None:
            left = loaded.expires - EARLY - self.clock.wall()
            return max(RETRY, left.total_seconds())
        return math.inf if loaded.costly else RENEWAL

    async def _renew(self) -> Login:
        loaded = await kubeconfig.load(self.path, limits=self.limits)
        self._until = self.clock.boot() + self._kept(loaded)
        self._loaded = loaded
        configuration = loaded.configuration
        try:
            tls = self._tls(configuration)
        except (OSError, ValueError) as error:  # SSLError is an OSError
            raise unusable(f"its certificates cannot be used: {error}", self.path) from None
        finally:
            await kubeconfig.forget_files()
        authorization = str(configuration.api_key.get("BearerToken") or "").strip()
        if not authorization.isprintable():
            raise unusable("its token is more than one line", self.path)
        server = str(configuration.host).rstrip("/")
        if not server.startswith(("https://", "http://")):
            raise unusable("its server does not begin with https://", self.path)
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
