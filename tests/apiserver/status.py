"""What the server answers when it does not answer what was asked for: a Status."""

import json
from typing import Any

Details = dict[str, Any]


class StatusError(Exception):
    """An answer other than 200, as the Status that the API server writes."""

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        *,
        details: Details | None = None,
        metadata: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
        self.metadata = metadata or {}

    @property
    def body(self) -> bytes:
        """The Status as JSON."""
        status: dict[str, Any] = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": self.metadata,
            "status": "Failure",
            "message": self.message,
            "reason": self.reason,
            "details": self.details,
            "code": self.code,
        }
        if self.details is None:
            del status["details"]
        return json.dumps(status, separators=(",", ":"), ensure_ascii=False).encode()

    @property
    def headers(self) -> dict[str, str]:
        """Headers that belong to the answer."""
        seconds = (self.details or {}).get("retryAfterSeconds")
        return {"Retry-After": str(seconds)} if seconds else {}


def unauthorized() -> StatusError:
    """No token, or one that the server does not know."""
    return StatusError(401, "Unauthorized", "Unauthorized")


def bad_request(message: str) -> StatusError:
    """A parameter that cannot be read."""
    return StatusError(400, "BadRequest", message)


def not_found(qualified: str, name: str) -> StatusError:
    """An object that does not exist."""
    plural, _, group = qualified.partition(".")
    details = {"name": name, **({"group": group} if group else {}), "kind": plural}
    return StatusError(404, "NotFound", f'{qualified} "{name}" not found', details=details)


def expired(message: str, *, token: str = "") -> StatusError:
    """A resource version or a continue token from before the last compaction."""
    return StatusError(410, "Expired", message, metadata={"continue": token} if token else None)


def too_large(wanted: int, current: int) -> StatusError:
    """A resource version from the future."""
    cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
    return StatusError(
        504,
        "Timeout",
        f"Timeout: Too large resource version: {wanted}, current: {current}",
        details={"causes": [cause], "retryAfterSeconds": 1},
    )


def invalid_options(*forbidden: tuple[str, str]) -> StatusError:
    """Parameters of a list or watch that may not be used so, as (parameter, why)."""
    causes = [
        {"reason": "FieldValueForbidden", "message": f"Forbidden: {why}", "field": parameter}
        for parameter, why in forbidden
    ]
    each = [f"{parameter}: Forbidden: {why}" for parameter, why in forbidden]
    text = each[0] if len(each) == 1 else f"[{', '.join(each)}]"
    details = {"group": "meta.k8s.io", "kind": "ListOptions", "causes": causes}
    message = f'ListOptions.meta.k8s.io "" is invalid: {text}'
    return StatusError(422, "Invalid", message, details=details)
