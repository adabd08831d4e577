"""Stands before a simulated AWS, and answers in its place where that cannot fail as AWS does.

The answers have the shape of AWS's documentation: "Error codes for the Amazon EC2 API",
``DescribeInstanceStatus`` of the Amazon EC2 API Reference, ``ListNodegroups``,
``DescribeNodegroup`` and "Common Errors" of the Amazon EKS API Reference.
"""

import json
import threading
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs

DENIED = (403, "UnauthorizedOperation", "You are not authorized. Encoded failure: AbCdEf-secret")
THROTTLED = (503, "RequestLimitExceeded", "Request limit exceeded.")
EXPIRED = (400, "RequestExpired", "Request has expired.")
_ERROR = (
    '<?xml version="1.0" encoding="UTF-8"?><Response><Errors><Error><Code>{}</Code>'
    "<Message>{}</Message></Error></Errors><RequestID>ea966190</RequestID></Response>"
)
_STATUS = (
    '<?xml version="1.0" encoding="UTF-8"?><DescribeInstanceStatusResponse '
    'xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId>'
    "<instanceStatusSet><item><instanceId>{}</instanceId><availabilityZone>ap-northeast-2a"
    "</availabilityZone><instanceState><code>16</code><name>running</name></instanceState>"
    "<systemStatus><status>{}</status></systemStatus><instanceStatus><status>ok</status>"
    "</instanceStatus></item></instanceStatusSet></DescribeInstanceStatusResponse>"
)


def impaired(instance: str) -> tuple[int, str]:
    """Return the answer that *instance* fails its system status check."""
    return 200, _STATUS.format(instance, "impaired")


def refusal(fault: tuple[int, str, str]) -> tuple[int, str]:
    """Return an error as EC2 answers it."""
    status, code, message = fault
    return status, _ERROR.format(code, message)


def node_group(cluster: str, name: str, *issues: dict[str, Any]) -> dict[str, Any]:
    """Return a managed node group as EKS describes it, with *issues* of its health."""
    return {
        "nodegroupName": name,
        "nodegroupArn": f"arn:aws:eks:ap-northeast-2:111122223333:nodegroup/{cluster}/{name}/1",
        "clusterName": cluster,
        "version": "1.33",
        "status": "DEGRADED" if issues else "ACTIVE",
        "capacityType": "ON_DEMAND",
        "scalingConfig": {"minSize": 0, "maxSize": 3, "desiredSize": 1},
        "resources": {"autoScalingGroups": [{"name": f"eks-{name}-1"}]},
        "health": {"issues": list(issues)},
    }


@dataclass(slots=True)
class Faults:
    """A proxy for *behind*: *answers* by action stand in for it, *slow* ones wait, all are counted.

    Where *keys* are given, requests that were signed with any other are refused as expired. EKS
    has the *node_groups* of these clusters, and no others; what it *denies* it refuses.
    """

    behind: str
    answers: dict[str, tuple[int, str]] = field(default_factory=dict)
    slow: set[str] = field(default_factory=set)
    keys: frozenset[str] = frozenset()
    node_groups: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    denies: set[str] = field(default_factory=set)
    calls: Counter[str] = field(default_factory=Counter)
    released: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve; gives the address."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            self.released.set()
            server.shutdown()
            server.server_close()
            thread.join()

    def answer(self, body: bytes, headers: Message) -> tuple[int, bytes]:
        """Return what a request is answered."""
        action = parse_qs(body.decode()).get("Action", [""])[0]
        self.calls[action] += 1
        if action in self.slow:
            self.released.wait(30)
        key = headers.get("Authorization", "").partition("Credential=")[2].partition("/")[0]
        if self.keys and key not in self.keys:
            status, text = refusal(EXPIRED)
            return status, text.encode()
        if action in self.answers:
            status, text = self.answers[action]
            return status, text.encode()
        return self._behind(body, headers)

    def eks(self, path: str) -> tuple[int, bytes]:
        """Return what EKS answers at a *path*: ``/clusters/shop/node-groups/spot``."""
        _, _, cluster, _, *rest = path.partition("?")[0].split("/")
        action = "DescribeNodegroup" if rest else "ListNodegroups"
        self.calls[action] += 1
        if action in self.denies:
            message = f"User: x is not authorized to perform: eks:{action} on resource: secret-arn"
            return 403, json.dumps({"__type": "AccessDeniedException", "message": message}).encode()
        groups = {one["nodegroupName"]: one for one in self.node_groups.get(cluster, ())}
        if cluster not in self.node_groups or (rest and rest[0] not in groups):
            missing = {"__type": "ResourceNotFoundException", "message": "No cluster found"}
            return 404, json.dumps(missing).encode()
        found = {"nodegroup": groups[rest[0]]} if rest else {"nodegroups": list(groups)}
        return 200, json.dumps(found).encode()

    def _behind(self, body: bytes, headers: Message) -> tuple[int, bytes]:
        kept = {key: headers[key] for key in ("Authorization", "Content-Type", "X-Amz-Date")}
        request = urllib.request.Request(self.behind, data=body, headers=kept)
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return reply.status, reply.read()
        except HTTPError as error:
            return error.code, error.read()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        faults = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self._reply(*faults.answer(body, self.headers), kind="text/xml")

            def do_GET(self) -> None:
                self._reply(*faults.eks(self.path), kind="application/json")

            def _reply(self, status: int, content: bytes, *, kind: str) -> None:
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", kind)
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)
                except OSError:
                    self.close_connection = True  # who asked has gone

            def log_message(self, *_: object) -> None: ...

        return Handler
