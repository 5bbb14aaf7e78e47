"""Storage from which platforms fetch: held against a real S3 server on this machine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import requests
from moto.server import ThreadedMotoServer

from adapters.contract import AuthExpired, Rejected, Retryable
from scheduler.object_storage import Bucket, BucketMedia
from tests.adapters.parts import picture

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEYS = {"access_key_id": "AKIAEXAMPLE", "secret_access_key": "a-secret-that-nobody-may-read"}


@pytest.fixture
def server() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    requests.post(f"http://{host}:{port}/moto-api/reset", timeout=5)  # it remembers the buckets of other tests
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def inside(server: str) -> Any:
    """What the storage itself says of its bucket."""
    made = boto3.client(
        "s3",
        endpoint_url=server,
        region_name="eu-central-1",
        aws_access_key_id=KEYS["access_key_id"],
        aws_secret_access_key=KEYS["secret_access_key"],
    )
    made.create_bucket(Bucket="campaign", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return made


def place(server: str, *, name: str = "campaign", secret: str = json.dumps(KEYS)) -> BucketMedia:
    return BucketMedia(Bucket(name=name, endpoint=server, region="eu-central-1"), lambda: secret)


def test_a_platform_fetches_the_very_bytes_by_an_address_that_ends(server: str, inside: Any, tmp_path: Path) -> None:
    """The bucket itself stays closed; only who has the address gets the file, for two days."""
    media = picture(tmp_path)
    address = place(server).address(media)
    fetched = requests.get(address, timeout=5)
    assert fetched.content == media.path.read_bytes()
    assert fetched.headers["Content-Type"] == "image/jpeg"
    assert "X-Amz-Expires=172800" in address
    assert KEYS["secret_access_key"] not in address


def test_a_file_is_put_there_once_under_a_name_that_tells_nothing(server: str, inside: Any, tmp_path: Path) -> None:
    """A film of 200 MB must not be sent again for each of ten platforms; its digest would let people try names."""
    media = picture(tmp_path)
    place(server).address(media)
    first = inside.list_objects_v2(Bucket="campaign")["Contents"]
    place(server).address(media)
    assert inside.list_objects_v2(Bucket="campaign")["Contents"] == first
    assert [one["Key"].endswith(".jpg") and media.sha256 not in one["Key"] for one in first] == [True]


def test_half_a_file_is_put_there_anew(server: str, inside: Any, tmp_path: Path) -> None:
    """What another hand left there under our name is not what was approved."""
    media = picture(tmp_path)
    place(server).address(media)
    (known,) = inside.list_objects_v2(Bucket="campaign")["Contents"]
    inside.put_object(Bucket="campaign", Key=known["Key"], Body=b"half")
    assert requests.get(place(server).address(media), timeout=5).content == media.path.read_bytes()


def test_a_bucket_that_is_not_there_is_tried_again(server: str, inside: Any, tmp_path: Path) -> None:
    """Nothing was published: somebody makes the bucket, and the posts still go."""
    with pytest.raises(Retryable, match=r"storage 'elsewhere'.*NoSuchBucket"):
        place(server, name="elsewhere").address(picture(tmp_path))


def test_a_storage_that_cannot_be_reached_is_tried_again(tmp_path: Path) -> None:
    """And its address, which a library's error would show with its keys, is in no word of it."""
    with pytest.raises(Retryable) as raised:
        place("http://127.0.0.1:9").address(picture(tmp_path))
    assert KEYS["secret_access_key"] not in repr((raised.value, raised.value.__cause__, raised.value.evidence))


@pytest.mark.parametrize("secret", ["", "{}", "[1]", "not json", '{"access_key_id": "a"}'])
def test_a_secret_that_cannot_be_meant_says_how_to_write_it(tmp_path: Path, secret: str) -> None:
    """The account waits, and whoever set it up reads what is wrong, without the secret."""
    with pytest.raises(AuthExpired, match="secret_access_key") as raised:
        place("http://127.0.0.1:9", secret=secret).address(picture(tmp_path))
    assert "not json" not in str(raised.value)


def test_a_file_that_was_changed_is_not_put_there(server: str, inside: Any, tmp_path: Path) -> None:
    """What is fetched must be what was approved."""
    media = picture(tmp_path)
    media.path.write_bytes(b"something else")
    with pytest.raises(Rejected):
        place(server).address(media)
    assert "Contents" not in inside.list_objects_v2(Bucket="campaign")
