"""S3-compatible storage, from which platforms fetch pictures where no console can be reached from outside."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.contract import AuthExpired, NotSetUp, Retryable
from adapters.on_disk import approved

if TYPE_CHECKING:
    from collections.abc import Callable

    from posts.model import Media

GOOD_FOR = timedelta(days=2)
REFUSALS = ("AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "403")
MISSING = ("404", "NoSuchKey", "NotFound")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Where the files go. `endpoint` empty: Amazon's own; `prefix` stands before every name."""

    name: str
    endpoint: str = ""
    region: str = ""
    prefix: str = "july30/"


class BucketMedia:
    """Files lie in the bucket under names that nobody can guess, and are given out by addresses that end.

    `secret` gives a JSON object with `access_key_id` and `secret_access_key`. Nothing in the bucket is public itself,
    and nothing is deleted there: let the bucket's own rules do it, after a week or later.
    """

    def __init__(self, bucket: Bucket, secret: Callable[[], str]):
        self._bucket = bucket
        self._secret = secret
        self._making = threading.Lock()
        self._made: tuple[str, Any] | None = None

    def address(self, media: Media) -> str:
        """An address of the file, good for two days; the file was put into the bucket unless it lay there already.

        Raises Rejected for a file that is not the approved one, AuthExpired where the storage refuses us, NotSetUp
        without the extra `s3`, Retryable where it cannot be reached.
        """
        path = approved(media)
        client, secret_key = self._client()
        key = f"{self._bucket.prefix}{_unguessable(secret_key, media.sha256)}{path.suffix}"
        refused = None
        try:
            if not self._holds(client, key, media.size_bytes):
                with path.open("rb") as file:
                    client.put_object(Bucket=self._bucket.name, Key=key, Body=file, ContentType=media.mime)
            where = {"Bucket": self._bucket.name, "Key": key}
            return str(client.generate_presigned_url("get_object", Params=where, ExpiresIn=GOOD_FOR.total_seconds()))
        except Exception as error:  # noqa: BLE001 - the library's errors have no base, and their texts may show keys
            refused = _code(error)
        if refused in REFUSALS:
            raise AuthExpired(
                f"the storage '{self._bucket.name}' refuses us ({refused}); correct [media.s3] and its secret"
            )
        raise Retryable(f"the storage '{self._bucket.name}' cannot take a file just now ({refused})")

    def _holds(self, client: Any, key: str, size_bytes: int) -> bool:
        try:
            found = client.head_object(Bucket=self._bucket.name, Key=key)
        except Exception as error:
            if _code(error) in MISSING:
                return False
            raise
        return int(found["ContentLength"]) == size_bytes

    def _client(self) -> tuple[Any, str]:
        """The client and the secret key that it signs with; made anew where the secret was changed."""
        given = self._secret()
        with self._making:
            if self._made is None or self._made[0] != given:
                self._made = (given, _client_of(self._bucket, *_keys(given)))
            return self._made[1], _keys(given)[1]


def _client_of(bucket: Bucket, access_key_id: str, secret_access_key: str) -> Any:
    try:
        import boto3
        from botocore.config import Config
    except ImportError:
        raise NotSetUp("[media.s3] needs the extra s3; install july30[s3]") from None
    return boto3.session.Session().client(
        "s3",
        endpoint_url=bucket.endpoint or None,
        region_name=bucket.region or None,
        aws_access_key_id=access_key_id,
        aws_secret_access_key=secret_access_key,
        config=Config(signature_version="s3v4", connect_timeout=5, read_timeout=60, retries={"total_max_attempts": 1}),
    )


def _keys(given: str) -> tuple[str, str]:
    try:
        told = json.loads(given)
        return str(told["access_key_id"]), str(told["secret_access_key"])
    except (ValueError, KeyError, TypeError):
        raise AuthExpired(
            'the secret of [media.s3] must be {"access_key_id": "…", "secret_access_key": "…"}; store it again'
        ) from None


def _unguessable(secret_key: str, sha256: str) -> str:
    return hmac.new(secret_key.encode(), f"public media|{sha256}".encode(), hashlib.sha256).hexdigest()


def _code(error: Exception) -> str:
    """What the storage calls the fault; the kind of the fault where it says nothing."""
    response = getattr(error, "response", None)
    told = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    return str(told or type(error).__name__)
