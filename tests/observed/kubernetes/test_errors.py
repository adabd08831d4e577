import pytest

from exporter.domain.errors import Reason
from exporter.domain.watches import Restart
from exporter.observed.kubernetes.errors import interruption, refusal

STATUS = b'{"kind":"Status","code":%d,"reason":"%s","message":"too  many\\n of them"}'


@pytest.mark.parametrize(
    ("code", "restart", "reason"),
    [
        pytest.param(400, Restart.REFUSED, Reason.UNSUPPORTED, id="400"),
        pytest.param(401, Restart.UNAUTHORIZED, Reason.FORBIDDEN, id="401"),
        pytest.param(403, Restart.FORBIDDEN, Reason.FORBIDDEN, id="403"),
        pytest.param(410, Restart.EXPIRED, Reason.MISSING, id="410"),
        pytest.param(422, Restart.REFUSED, Reason.UNSUPPORTED, id="422"),
        pytest.param(429, Restart.REFUSED, Reason.UNAVAILABLE, id="429"),
        pytest.param(500, Restart.REFUSED, Reason.UNAVAILABLE, id="500"),
        pytest.param(504, Restart.REFUSED, Reason.UNAVAILABLE, id="504"),
        pytest.param(302, Restart.REFUSED, Reason.UNSUPPORTED, id="elsewhere"),
    ],
)
def test_a_refusal_means_what_its_code_says(code: int, restart: Restart, reason: Reason) -> None:
    error = refusal(code, STATUS % (code, b""))

    assert (error.restart, error.reason, error.code) == (restart, reason, code)
    assert error.message.endswith(": too many of them")
    assert str(code) in error.message


@pytest.mark.parametrize(
    ("body", "restart"),
    [
        pytest.param(b"404 page not found\n", Restart.ABSENT, id="group unknown"),
        pytest.param(STATUS % (404, b"NotFound"), Restart.ABSENT, id="resource unknown"),
        pytest.param(b"<html>Not Found</html>", Restart.REFUSED, id="another server"),
        pytest.param(b"", Restart.REFUSED, id="nothing"),
    ],
)
def test_only_an_api_server_can_deny_that_a_kind_is_installed(
    body: bytes, restart: Restart
) -> None:
    assert refusal(404, body).restart is restart


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        pytest.param("3", 3.0, id="seconds"),
        pytest.param(None, 7.0, id="by the Status"),
        pytest.param("Fri, 07 Nov 2025 23:59:59 GMT", 7.0, id="date"),
        pytest.param("-1", 7.0, id="negative"),
        pytest.param("9" * 5000, 7.0, id="endless"),
    ],
)
def test_the_time_to_wait_is_read(header: str | None, seconds: float) -> None:
    body = b'{"kind":"Status","details":{"retryAfterSeconds":7}}'

    assert refusal(503, body, retry_after=header).retry_after == seconds


@pytest.mark.parametrize(
    ("raw", "restart"),
    [
        pytest.param(STATUS % (410, b"Expired"), Restart.EXPIRED, id="410"),
        pytest.param(b'{"reason":"Expired"}', Restart.EXPIRED, id="without a code"),
        pytest.param(STATUS % (500, b"InternalError"), Restart.REFUSED, id="500"),
        pytest.param(b'{"code":"x"}', Restart.REFUSED, id="odd"),
        pytest.param(b"[" * 10_000, Restart.REFUSED, id="nested"),
        pytest.param(b"", Restart.REFUSED, id="nothing"),
    ],
)
def test_an_error_event_means_what_its_status_says(raw: bytes, restart: Restart) -> None:
    assert interruption(raw).restart is restart
