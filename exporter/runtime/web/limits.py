"""What one client, and all of them together, may use of the HTTP side."""

from dataclasses import dataclass

KIB = 1 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many, how large and how long; times are seconds, sizes bytes.

    Prometheus and kubelet are far from all of them. What oversteps one is refused or dropped; the
    rest goes on.
    """

    connections: int = 512
    """At once; Prometheus has the same limit for its own clients."""
    connections_per_client: int = 128
    """Of one address, so that a single client cannot shut out the others."""
    requests: int = 40
    """Answered at once, as in node_exporter; more are told to come again. Scrapes have as many
    places of their own, probes need none."""
    requests_per_client: int = 32
    """Of one address."""
    header_bytes: int = 32 * KIB
    """All headers of a request together."""
    line_bytes: int = 8 * KIB
    """The request line, and each header."""
    headers: int = 64
    """How many a request may have."""
    handshake: float = 10
    """Until TLS is agreed on."""
    header: float = 10
    """From the first byte of a request, or the connection, to the end of its headers."""
    idle: float = 120
    """Between two requests; scrapes come every 15 to 60 seconds."""
    answer: float = 30
    """To take an answer, however large; Prometheus waits for 10."""
    stall: float = 5
    """To take the next piece of an answer: who takes less than about 10 KiB a second is dropped."""
    shutdown: float = 10
    """For answers under way when the exporter is told to stop."""
    farewell: float = 3
    """For a client to agree that TLS ends."""
