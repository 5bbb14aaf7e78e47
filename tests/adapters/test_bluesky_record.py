"""Record keys, and how links, hashtags and names are marked in a text of any script."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from adapters.bluesky_embeds import link_card
from adapters.bluesky_record import facets_of, handles_in, place_for, place_of, record_of

TID = re.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")
LINK, TAG, MENTION = ("app.bsky.richtext.facet#" + kind for kind in ("link", "tag", "mention"))


def marked(text: str, **names: str) -> list[tuple[str, str]]:
    """What the marks lie on, read back by bytes as the network does, and what they say."""
    found = []
    for one in facets_of(text, {name.replace("_", "."): did for name, did in names.items()}):
        (feature,) = one["features"]
        shown = text.encode()[one["index"]["byteStart"] : one["index"]["byteEnd"]].decode()
        said = next(value for name, value in feature.items() if name != "$type")
        found.append((shown, said))
    return found


def test_the_documents_own_example_has_its_own_numbers() -> None:
    """The bytes of the worked example in the platform's documentation."""
    text = "✨ example mentioning @atproto.com to share the URL 👨‍❤️‍👨 https://en.wikipedia.org/wiki/CBOR."
    mention, link = facets_of(text, {"atproto.com": "did:plc:x"})
    assert mention["index"] == {"byteStart": 23, "byteEnd": 35}
    assert link["index"] == {"byteStart": 74, "byteEnd": 108}
    assert mention["features"] == [{"$type": MENTION, "did": "did:plc:x"}]
    assert link["features"] == [{"$type": LINK, "uri": "https://en.wikipedia.org/wiki/CBOR"}]


@pytest.mark.parametrize(
    "tag",
    [
        "EndHumanTrafficking",
        "საქართველო",
        "Ҳуқуқ_ва_озодӣ",
        "հայերեն",
        "अधिकार",
        "ယုံကြည်မှု",
        "สิทธิมนุษยชน",
        "人権",
        "حقوق",
        "ሰብአዊ",
        "인권",
        "quyền",
        "озоди\u0304",
        "q\u0323uye\u0302\u0300n",
        "حُرِّيَّة",
        "adam_savdosi_2027",
    ],
)
def test_hashtags_are_marked_in_any_script(tag: str) -> None:
    """A hashtag nobody can press is only a word with a sign before it."""
    assert marked(f"🕊️ слово #{tag}, конец") == [(f"#{tag}", tag)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no marks at all", []),
        ("#1 of 2", []),
        ("#" + "ა" * 65, []),
        ("#" + "ა" * 64, [("#" + "ა" * 64, "ა" * 64)]),
        (
            "https://iom.example/x#part #tag",
            [("https://iom.example/x#part", "https://iom.example/x#part"), ("#tag", "tag")],
        ),
        ("see iom.int/ge.", [("iom.int/ge", "https://iom.int/ge")]),
        ("write to help@iom.int", []),
        ("https://iom.int iom.int", [("https://iom.int", "https://iom.int"), ("iom.int", "https://iom.int")]),
        ("@nobody.example", []),
        ("@iom@server.example", []),
    ],
)
def test_only_what_is_one_is_marked(text: str, expected: list[tuple[str, str]]) -> None:
    """A mark on the wrong words leads people to the wrong place."""
    assert marked(text) == expected


def test_a_known_name_is_marked_with_its_number() -> None:
    """People are notified by number; the text shows the name."""
    assert marked("Ӯ @iom.test!", iom_test="did:plc:x") == [("@iom.test", "did:plc:x")]


def test_handles_are_found_once_and_only_where_they_are_some() -> None:
    """Each costs a question to the server."""
    assert handles_in("@a.test @b.test @a.test @nodots @x@y.example @-.test a@b.example") == ["a.test", "b.test"]


def test_a_record_key_is_always_the_same_and_looks_like_an_instant() -> None:
    """It must survive the loss of everything but our key, and servers take no other form."""
    places = [place_for("did:plc:x", f"key {number}") for number in range(2_000)]
    assert places[0] == place_for("did:plc:x", "key 0")
    assert all(TID.fullmatch(one.rkey) for one in places)
    assert len({one.rkey for one in places}) == 2_000
    assert all("3mbd" <= one.rkey < "3p" for one in places)


def test_the_parts_of_a_thread_follow_each_other() -> None:
    """Whoever knows the first can find, and take down, the others."""
    first = place_for("did:plc:x", "key")
    assert first.after(0) == first
    assert first.rkey < first.after(1).rkey < first.after(2).rkey
    assert first.after(1).after(1) == first.after(2)


def test_an_address_is_read_back() -> None:
    """Counts and take-downs are asked for by address."""
    place = place_for("did:web:iom.example", "key")
    assert place_of(place.uri) == place
    assert place_of(place.uri + "/x") is None
    assert place_of("https://bsky.app/profile/x/post/y") is None


def test_a_record_holds_nothing_that_is_empty() -> None:
    """An empty list or object is refused by some servers."""
    made_at = datetime(2027, 7, 30, 5, tzinfo=UTC)
    assert record_of("words", made_at=made_at) == {
        "$type": "app.bsky.feed.post",
        "text": "words",
        "createdAt": "2027-07-30T05:00:00.000Z",
    }


def test_a_cards_title_is_its_address() -> None:
    """Nothing is fetched, and nothing is invented."""
    card = link_card("HTTPS://www.iom.example/")["external"]
    assert card == {"uri": "HTTPS://www.iom.example/", "title": "iom.example", "description": ""}
