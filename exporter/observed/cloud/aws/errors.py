"""What errors of AWS and its SDK mean; no message repeats what AWS was sent, or a credential."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from botocore import exceptions

from exporter.domain.errors import ReadError, Reason

POLICY: Final = "docs/cloud/aws-policy.json"
_DENIED: Final = frozenset(
    {
        "UnauthorizedOperation",
        "AccessDenied",
        "AccessDeniedException",
        "Client.UnauthorizedOperation",
        "OptInRequired",
    }
)
_EXPIRED: Final = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidToken",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
_THROTTLED: Final = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "TooManyRequestsException",
        "EC2ThrottledException",
    }
)
_MISSING: Final = frozenset({"ResourceNotFoundException", "TargetGroupNotFound"})
_CREDENTIALS = "give the exporter a role (IRSA, pod identity, instance profile) or renew its keys"


class CredentialsRefusedError(ReadError):
    """AWS does not accept the credentials: they are expired, or not valid."""


class ResourceMissingError(ReadError):
    """AWS does not have what was asked for by its name."""


class BudgetSpentError(Exception):
    """Another request would be more than the settings allow for one look."""


@contextmanager
def translated(action: str, *, timeout: str, budget: int) -> Iterator[None]:
    """Turn what the SDK raises while it asks for *action* into :exc:`ReadError`."""
    try:
        yield
    except exceptions.ClientError as error:
        raise _refusal(action, error) from None
    except (exceptions.ReadTimeoutError, exceptions.ConnectTimeoutError):
        raise ReadError(
            f"did not answer within {timeout}",
            reason=Reason.TIMEOUT,
            path=action,
            advice="is egress to it allowed? A slow API wants a longer timeout",
        ) from None
    except (exceptions.NoCredentialsError, exceptions.PartialCredentialsError):
        raise ReadError(
            "cannot be asked without credentials",
            reason=Reason.FORBIDDEN,
            path=action,
            advice=_CREDENTIALS,
        ) from None
    except BudgetSpentError:
        raise ReadError(
            f"would take more than the {budget} requests of observed.cloud.aws.calls",
            reason=Reason.TOO_LARGE,
            path=action,
            advice="allow more, if the account is that large",
        ) from None
    except (exceptions.CredentialRetrievalError, exceptions.TokenRetrievalError):
        raise CredentialsRefusedError(
            "cannot be asked: the credentials could not be fetched",
            reason=Reason.FORBIDDEN,
            path=action,
            advice=_CREDENTIALS,
        ) from None
    except (exceptions.HTTPClientError, exceptions.EndpointConnectionError):
        raise ReadError(
            "cannot be reached",
            reason=Reason.UNAVAILABLE,
            path=action,
            advice="is egress to it allowed, and is there such a region?",
        ) from None
    except (exceptions.BotoCoreError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ReadError(
            f"gave no answer of its shape ({type(error).__name__})",
            reason=Reason.MALFORMED,
            path=action,
        ) from None


def _refusal(action: str, error: exceptions.ClientError) -> ReadError:
    """Return what a refusal means by its code; its text may hold an encoded authorisation."""
    details = error.response.get("Error", {})
    code = str(details.get("Code", ""))[:60]
    if code in _DENIED:
        return ReadError(
            f"is denied ({code})",
            reason=Reason.FORBIDDEN,
            path=action,
            advice=f"allow {action} to the exporter's role: {POLICY}",
        )
    if code in _EXPIRED:
        return CredentialsRefusedError(
            f"is refused: the credentials are expired or not valid ({code})",
            reason=Reason.FORBIDDEN,
            path=action,
            advice=_CREDENTIALS,
        )
    if code in _THROTTLED:
        return ReadError(
            f"is throttled, also after pauses ({code})",
            reason=Reason.UNAVAILABLE,
            path=action,
            advice="ask less often (interval)",
        )
    if code in _MISSING:
        message = f"gives the error {code}"
        return ResourceMissingError(message, reason=Reason.MISSING, path=action)
    return ReadError(f"gives the error {code}", reason=Reason.UNAVAILABLE, path=action)
