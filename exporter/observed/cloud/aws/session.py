"""Requests to AWS: signed by the SDK, all pages, counted, repeated with pauses."""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from botocore.config import Config
from botocore.session import Session

from exporter.domain.instants import parse_duration
from exporter.observed.cloud.aws.errors import (
    BudgetSpentError,
    CredentialsRefusedError,
    translated,
)
from exporter.settings.cloud import AwsSettings

T = TypeVar("T")

logging.getLogger("botocore").setLevel(logging.WARNING)  # lower, it logs signatures and tokens
ATTEMPTS = 3
"""How often one request is tried, with growing pauses in between."""
LARGEST_PAGE = 1000


class AwsSession:
    """One region; the clients of its services are made when first asked for.

    Credentials come from the SDK's default chain, which renews those that it can. Where AWS
    refuses them, the chain is gone through again at the next look.
    """

    def __init__(self, settings: AwsSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._clients: dict[str, Any] = {}
        self._session: Session | None = None
        self._refused = False
        self._closed = False
        self._calls: Counter[str] = Counter()

    def start(self) -> None:
        """Count from zero, and forget credentials that were refused."""
        with self._lock:
            self._calls.clear()
            if self._refused:
                self._clients.clear()
                self._session, self._refused = None, False

    @property
    def calls(self) -> Mapping[str, int]:
        """How many requests were sent since :meth:`start`, by action."""
        with self._lock:
            return dict(sorted(self._calls.items()))

    def close(self) -> None:
        """Let no further request begin."""
        self._closed = True
        for client in self._clients.values():
            client.close()

    def ask(
        self,
        service: str,
        operation: str,
        parse: Callable[[Iterable[Mapping[str, Any]]], T],
        **given: str,
    ) -> T:
        """Return what *parse* makes of all pages of an answer; raises :exc:`ReadError`.

        *operation* is named as the SDK does: ``describe_vpcs``; *given* are its parameters.
        """
        action = _action(service, operation)
        try:
            with translated(action, timeout=self._settings.timeout, budget=self._settings.calls):
                return parse(self._pages(self._client(service), operation, given))
        except CredentialsRefusedError:
            self._refused = True
            raise

    def _pages(
        self, client: Any, operation: str, given: Mapping[str, str]
    ) -> Iterator[Mapping[str, Any]]:
        if client.can_paginate(operation):
            config = _page_size(client, operation)
            yield from client.get_paginator(operation).paginate(PaginationConfig=config, **given)
        else:
            yield getattr(client, operation)(**given)

    def _client(self, service: str) -> Any:
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._make(service)
            return self._clients[service]

    def _make(self, service: str) -> Any:
        seconds = parse_duration(self._settings.timeout).total_seconds()
        if self._session is None:
            self._session = Session()
            self._session.register("before-send", self._count)
        return self._session.create_client(
            service,
            region_name=self._settings.region,
            endpoint_url=self._settings.endpoint or None,
            config=Config(
                connect_timeout=seconds,
                read_timeout=seconds,
                retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
                user_agent_appid="cluster-conformance-exporter",
            ),
        )

    def _count(self, event_name: str, **_request: Any) -> None:
        """Count each attempt; ``before-send.ec2.DescribeVpcs`` is what the SDK calls it."""
        _, service, operation = event_name.split(".", 2)
        with self._lock:
            if self._closed or self._calls.total() >= self._settings.calls:
                raise BudgetSpentError
            self._calls[f"{_IAM_NAMES.get(service, service)}:{operation}"] += 1


def _action(service: str, operation: str) -> str:
    """Return the action as a policy of IAM names it: ``ec2:DescribeVpcs``."""
    name = "".join(part.capitalize() for part in operation.split("_"))
    return f"{_IAM_NAMES.get(service, service)}:{name}"


def _page_size(client: Any, operation: str) -> dict[str, int]:
    """Return the largest page that an operation gives; without it, AWS takes its own."""
    shape = client.meta.service_model.operation_model(
        client.meta.method_to_api_mapping[operation]
    ).input_shape
    limit = next((shape.members[one] for one in _LIMITS if one in shape.members), None)
    if limit is None:
        return {}
    most = int(limit.metadata.get("max", _MOST.get(operation, LARGEST_PAGE)))
    return {"PageSize": min(most, LARGEST_PAGE)}


_IAM_NAMES: Mapping[str, str] = {
    "auto-scaling": "autoscaling",
    "elbv2": "elasticloadbalancing",
    "elastic-load-balancing-v2": "elasticloadbalancing",
}
"""How policies of IAM name a service that the SDK names otherwise."""
_LIMITS = ("MaxResults", "MaxRecords", "PageSize", "maxResults")
_MOST: Mapping[str, int] = {
    "describe_auto_scaling_groups": 100,
    "describe_route_tables": 100,
    "describe_volumes": 500,
}
"""The largest pages that the documentation names where the SDK's own description does not."""
