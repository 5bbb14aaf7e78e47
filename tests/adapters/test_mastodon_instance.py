"""What a server says of itself, and what its limits are where it says nonsense or nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from adapters.contract import Receipt, Rejected
from adapters.mastodon_instance import LIMITS, limits_of
from adapters.scripted.mastodon_switches import GOTOSOCIAL, PLEROMA
from adapters.scripted.server import Reply, reply_json
from posts.limits import TextLimit, Unit
from posts.measure_text import measure
from tests.adapters.mastodon_parts import adapter_for, worded
from tests.fakes.progress import MemoryProgress

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.scripted.mastodon import MastodonServer
    from adapters.scripted.mastodon_switches import Switches


@pytest.fixture
def server(mastodon: MastodonServer) -> MastodonServer:
    return mastodon


@pytest.mark.parametrize("instance_v2", [True, False])
def test_the_servers_own_limits_hold(serve_mastodon: Callable[..., MastodonServer], instance_v2: bool) -> None:
    """A post that fits the documentation and not the server fails in front of everybody on the day."""
    server = serve_mastodon(instance_v2=instance_v2, characters_max=300, pictures_max=2, description_max=900)
    limits = adapter_for(server).limits()
    assert (limits.text[0].max, limits.text[0].link_length, limits.images_max) == (300, 23, 2)
    assert limits.alt_text is not None
    assert limits.alt_text.max == 900
    assert "video/mp4" not in limits.image_types


def test_the_servers_limits_are_asked_once(server: MastodonServer) -> None:
    """Checking a hundred posts must not be a hundred calls."""
    adapter = adapter_for(server)
    assert adapter.limits() is adapter.limits()
    assert len(server.requests) == 1


def test_a_server_that_cannot_be_reached_leaves_the_documented_limits_and_says_so(server: MastodonServer) -> None:
    """A post can be written while the server is down; once it is back, its own limits hold."""
    adapter = adapter_for(server)
    server.will_fail(Reply(status=500), method="GET", times=2)
    away = adapter.limits()
    assert replace(away, doubts=()) == LIMITS
    assert "could not be asked" in away.doubts[0]
    assert adapter.limits() == LIMITS
    assert len(server.requests) == 3


def test_the_older_description_is_read_where_the_newer_says_nothing(server: MastodonServer) -> None:
    """A newer address that answers with a bare name must not hide the limits that the older one gives."""
    server.will_fail(reply_json({"title": "ours"}), method="GET", path="/api/v2/instance")
    server.will_fail(reply_json({"max_toot_chars": 1_234}), method="GET", path="/api/v1/instance")
    assert adapter_for(server).limits().text[0].max == 1_234


@pytest.mark.parametrize("answer", [{}, {"configuration": None}, {"configuration": {"statuses": {}}}, {"x": [1]}])
def test_what_a_server_does_not_say_is_as_documented(answer: dict[str, object]) -> None:
    """Other software speaks this interface too, and leaves out what it likes."""
    assert limits_of(answer) == LIMITS


@pytest.mark.parametrize("value", ["x", "500", 0, -1, True, 1.5, [], {}, {"max": 3}])
@pytest.mark.parametrize(
    ("part", "name"),
    [
        ("statuses", "max_characters"),
        ("statuses", "max_media_attachments"),
        ("media_attachments", "image_size_limit"),
        ("media_attachments", "image_matrix_limit"),
        ("media_attachments", "description_limit"),
    ],
)
def test_a_limit_that_cannot_be_meant_is_as_documented_and_named(part: str, name: str, value: object) -> None:
    """One field that is broken must break no post, and must not pass for the server's word either."""
    limits = limits_of({"configuration": {part: {name: value}}})
    assert replace(limits, doubts=()) == LIMITS
    assert [name in doubt for doubt in limits.doubts] == [True]


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("statuses", "characters_reserved_per_url", "many"),
        ("statuses", "characters_reserved_per_url", -3),
        ("media_attachments", "supported_mime_types", "image/png"),
        ("media_attachments", "supported_mime_types", {"image/png": True}),
    ],
)
def test_a_way_of_counting_that_cannot_be_meant_is_as_documented_and_named(part: str, name: str, value: object) -> None:
    """The same for what is no plain number."""
    limits = limits_of({"configuration": {part: {name: value}}})
    assert replace(limits, doubts=()) == LIMITS
    assert name in limits.doubts[0]


@pytest.mark.parametrize("types", [[], ["application/octet-stream"], [1, None], ["video/mp4"]])
def test_a_server_that_names_no_type_of_picture_takes_the_usual_ones(types: list[object]) -> None:
    """Some name none, or only 'bytes', and show pictures all the same."""
    limits = limits_of({"configuration": {"media_attachments": {"supported_mime_types": types}}})
    assert replace(limits, film=LIMITS.film) == LIMITS


@pytest.mark.parametrize("instance_v2", [True, False])
def test_pleroma_says_its_limits_elsewhere_and_shortens_no_link(
    serve_mastodon: Callable[..., MastodonServer], instance_v2: bool
) -> None:
    """Counting 23 for a link of 200 there would have a post refused that was promised to fit."""
    limits = adapter_for(serve_mastodon(PLEROMA, instance_v2=instance_v2)).limits()
    assert limits.text == (TextLimit(unit=Unit.GRAPHEMES, max=5_000),)
    assert (limits.images_max, limits.image_bytes_max) == (1_000, 16_000_000)
    assert limits.alt_text == TextLimit(unit=Unit.GRAPHEMES, max=5_000)
    assert (limits.image_types, limits.doubts) == (LIMITS.image_types, ())


def test_gotosocial_counts_every_link_whole_whatever_it_reserves(
    serve_mastodon: Callable[..., MastodonServer],
) -> None:
    """It states 25 for a link and counts the whole one, by code points; so its own word is not taken there."""
    limits = adapter_for(serve_mastodon(GOTOSOCIAL)).limits()
    assert limits.text == (TextLimit(unit=Unit.UTF16, max=5_000),)
    assert (limits.images_max, limits.doubts) == (6, ())


@pytest.mark.parametrize("ways", [PLEROMA, GOTOSOCIAL], ids=["pleroma", "gotosocial"])
def test_a_text_that_fits_by_other_softwares_count_is_taken_there(
    serve_mastodon: Callable[..., MastodonServer], ways: Switches
) -> None:
    """What the check lets through goes, and what it stops would not have."""
    server = serve_mastodon(ways, characters_max=300)
    adapter = adapter_for(server)
    fits = f"https://iom.example/{'x' * 200} @iom@a.example " + "ა" * (300 - 220 - 16)
    assert measure(fits, adapter.limits().text[0]) == 300
    assert isinstance(adapter.publish(worded(fits), "k", MemoryProgress()), Receipt)
    with pytest.raises(Rejected):
        adapter.publish(worded(fits + "ა"), "k2", MemoryProgress())
