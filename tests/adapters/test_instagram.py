"""What the Instagram adapter makes of a strict server's answers, of its containers, and of its silence."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters import registry
from adapters.contract import (
    Ambiguous,
    AuthExpired,
    Failure,
    Gone,
    Horizon,
    NotReady,
    NotSetUp,
    Perishable,
    Receipt,
    Rejected,
    Restricted,
    Retryable,
    Stopped,
)
from adapters.http import Http
from adapters.instagram import Instagram
from adapters.instagram_profile import LIMITS
from adapters.scripted.graph import error
from adapters.scripted.instagram import USER, InstagramServer
from adapters.scripted.pictures import PictureServer
from adapters.scripted.server import Mishap, Reply, reply_json
from posts.check import check
from tests.adapters.contract import assert_tells_no_secret
from tests.adapters.parts import MESSAGE, TOKEN, KeptSecret, KnownSecret, account, picture, readings
from tests.fakes.clock import Clock
from tests.fakes.progress import MemoryProgress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from posts.model import Message

MEDIA = f"/v26.0/{USER}/media"
PUBLISH = f"/v26.0/{USER}/media_publish"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(clock: Clock) -> Iterator[InstagramServer]:
    with InstagramServer(clock, TOKEN) as server:
        yield server


@pytest.fixture
def place() -> Iterator[PictureServer]:
    with PictureServer() as place:
        yield place


@pytest.fixture
def adapter(server: InstagramServer, place: PictureServer) -> Instagram:
    return adapter_for(server, place)


def adapter_for(server: InstagramServer, place: PictureServer | None, **options: str) -> Instagram:
    where = account(base_url=server.url, options=options)
    http = Http(server.url, read_timeout_s=0.5)
    return Instagram(where, KnownSecret(), public_media=place, http=http)


@pytest.fixture
def message(tmp_path: Path) -> Message:
    return with_pictures(tmp_path, 1)


def with_pictures(folder: Path, count: int) -> Message:
    media = (picture(folder, f"{n}.jpg", shade=9 * n, alt_text=f"первая ҷ {n}") for n in range(count))
    return replace(MESSAGE, media=tuple(media))


def made(receipt: object) -> Receipt:
    assert isinstance(receipt, Receipt)
    return receipt


# -- publishing ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 10])
def test_a_post_shows_its_pictures_in_order_with_their_alt_texts(
    server: InstagramServer, adapter: Instagram, tmp_path: Path, count: int
) -> None:
    """What was approved is what is seen, and was really fetched from the place that we named."""
    message = with_pictures(tmp_path, count)
    adapter.publish(message, "k", MemoryProgress())
    (accepted,) = server.accepted
    assert (accepted.caption, accepted.alt_texts) == (MESSAGE.text, tuple(one.alt_text for one in message.media))
    assert list(accepted.pictures) == [one.path.read_bytes() for one in message.media]


def test_a_receipt_leads_to_the_post(server: InstagramServer, adapter: Instagram, message: Message) -> None:
    """Officers click on it; where the platform keeps the address to itself it is published all the same."""
    receipt = made(adapter.publish(message, "k", MemoryProgress()))
    assert receipt.permalink == f"https://www.instagram.com/p/{receipt.remote_id[-6:]}/"
    server.will_fail(error(2, status=500), method="GET", path="/v26.0/17900000000000001")
    again = made(adapter.publish(replace(message, parts=("two",)), "k2", MemoryProgress()))
    assert again.permalink == "https://www.instagram.com/iomgeorgia/"


@pytest.mark.parametrize("count", [1, 3])
def test_what_is_still_being_fetched_is_waited_for_and_prepared_once(
    clock: Clock, place: PictureServer, tmp_path: Path, count: int
) -> None:
    """Waiting is not failing; to prepare it anew would start the wait again."""
    with InstagramServer(clock, TOKEN, slow=2) as server:
        message, progress, outcomes = with_pictures(tmp_path, count), MemoryProgress(), list[object]()
        while not outcomes or isinstance(outcomes[-1], NotReady):
            progress = MemoryProgress(saved=progress.saved)
            outcomes.append(adapter_for(server, place).publish(message, "k", progress))
        made(outcomes[-1])
        assert len(outcomes) > 2
        assert len(server.containers) == count + (count > 1)
        assert place.fetched == count
        assert len(server.accepted) == 1


def test_a_container_that_is_finished_and_yet_not_ready_is_waited_for(
    server: InstagramServer, adapter: Instagram, message: Message
) -> None:
    """The platform's two halves do not always agree; it says that nothing was published."""
    progress = MemoryProgress()
    server.will_fail(error(9007, "The media is not ready for publishing", subcode=2207027), path=PUBLISH)
    assert adapter.publish(message, "k", progress) == NotReady(
        after=timedelta(minutes=1),
        reason="publishing: not ready to be published (9007/2207027: (#9007) The media is not ready for publishing)",
    )
    made(adapter.publish(message, "k", progress))
    assert len(server.containers) == 1


@pytest.mark.parametrize("count", [1, 2])
def test_what_expired_unpublished_is_prepared_anew(
    server: InstagramServer, adapter: Instagram, clock: Clock, tmp_path: Path, count: int
) -> None:
    """A container lives for a day: a post held for a weekend must still go out, once."""
    message, progress = with_pictures(tmp_path, count), MemoryProgress(stop_at="posting")
    with pytest.raises(Stopped):
        adapter.publish(message, "k", progress)
    clock.tick(hours=25)
    progress = MemoryProgress(saved=progress.saved)
    with pytest.raises(Retryable, match="expired unpublished"):
        adapter.publish(message, "k", progress)
    made(adapter.publish(message, "k", progress))
    assert len(server.accepted) == 1


def test_what_was_published_already_is_adopted_and_never_published_twice(
    server: InstagramServer, adapter: Instagram, message: Message
) -> None:
    """A person who said 'not published' too early must not make a duplicate of it."""
    progress = MemoryProgress()
    server.will_fail(Mishap.CLOSE, path=PUBLISH)
    with pytest.raises(Ambiguous):
        adapter.publish(message, "k", progress)
    receipt = made(adapter.publish(message, "k", MemoryProgress(saved=progress.saved)))
    assert [one.remote_id for one in server.accepted] == [receipt.remote_id]
    server.lists = False
    with pytest.raises(Ambiguous, match="does not list it yet"):
        adapter.publish(message, "k", MemoryProgress(saved=progress.saved))


def test_what_the_platform_no_longer_knows_may_be_out(
    server: InstagramServer, adapter: Instagram, message: Message
) -> None:
    """A container that is gone says neither yes nor no; only after somebody has looked is a new one made."""
    progress = MemoryProgress(stop_at="posting")
    with pytest.raises(Stopped):
        adapter.publish(message, "k", progress)
    server.containers.clear()
    progress = MemoryProgress(saved=progress.saved)
    with pytest.raises(Ambiguous, match="may have been published"):
        adapter.publish(message, "k", progress)
    made(adapter.publish(message, "k", progress))


def test_a_prepared_picture_that_is_gone_is_prepared_anew_without_doubt(
    server: InstagramServer, adapter: Instagram, tmp_path: Path
) -> None:
    """As long as the post itself was not prepared, nothing of it can be out."""
    message, progress = with_pictures(tmp_path, 2), MemoryProgress(stop_at="save:container")
    with pytest.raises(Stopped):
        adapter.publish(message, "k", progress)
    server.containers.clear()
    progress = MemoryProgress(saved=progress.saved)
    with pytest.raises(Retryable, match="prepared anew"):
        adapter.publish(message, "k", progress)
    made(adapter.publish(message, "k", progress))
    assert len(server.accepted) == 1


@pytest.mark.parametrize(
    ("code", "failure"), [("2207009", Rejected), ("2207052", Retryable), ("2207032", Retryable), ("unknown", Retryable)]
)
def test_a_container_that_broke_says_whether_a_new_one_would_not(
    server: InstagramServer, adapter: Instagram, message: Message, code: str, failure: type[Failure]
) -> None:
    """A wrong shape is the author's to change, the rest is tried anew."""
    server.breaks, progress = code, MemoryProgress()
    with pytest.raises(failure, match=code):
        adapter.publish(message, "k", progress)
    server.breaks = ""
    made(adapter.publish(message, "k", progress))


# -- the public place ----------------------------------------------------------------------------------------------


def test_without_a_public_place_the_account_is_refused_before_anything_is_asked(
    server: InstagramServer, message: Message
) -> None:
    """Whoever connects the account hears it at once, not on the morning of 30 July."""
    adapter = adapter_for(server, None)
    for ask in (adapter.whoami, lambda: adapter.publish(message, "k", MemoryProgress())):
        with pytest.raises(NotSetUp, match=r"\[console\] public_url"):
            ask()
    assert server.requests == []


def test_the_registry_hands_the_place_on(place: PictureServer, server: InstagramServer) -> None:
    """It is asked for by the profile, not by the platform's name."""
    where = account(platform="instagram", base_url=server.url)
    assert registry.build(where, KnownSecret(), place).whoami().remote_id == USER
    with pytest.raises(NotSetUp):
        registry.build(where, KnownSecret()).whoami()


def test_a_picture_that_cannot_be_fetched_is_tried_once_more_and_then_holds_the_account(
    server: InstagramServer, adapter: Instagram, place: PictureServer, message: Message
) -> None:
    """Once is chance. Twice is a place that nobody reaches, and no other post would fare better."""
    place.away, progress = True, MemoryProgress()
    with pytest.raises(Retryable, match="could not fetch") as raised:
        adapter.publish(message, "k", progress)
    assert raised.value.after == timedelta(minutes=1)
    with pytest.raises(NotSetUp, match=r"see that what lies at http://127\.0\.0\.1:\d+ can be reached"):
        adapter.publish(message, "k", progress)
    with pytest.raises(Retryable):
        adapter.publish(message, "k", progress)
    place.away = False
    made(adapter.publish(message, "k", progress))
    assert len(server.accepted) == 1


# -- what is refused before ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 11])
def test_no_picture_or_too_many_are_refused(
    server: InstagramServer, adapter: Instagram, tmp_path: Path, count: int
) -> None:
    """The platform would fetch them all and refuse then."""
    with pytest.raises(Rejected, match=f"{count} pictures"):
        adapter.publish(with_pictures(tmp_path, count), "k", MemoryProgress())
    assert server.requests == []


def test_jpeg_alone_is_taken(server: InstagramServer, adapter: Instagram, tmp_path: Path) -> None:
    """The name of the file is told, for somebody has to convert it."""
    with pytest.raises(Rejected, match=r"card\.png: the platform takes JPEG alone"):
        adapter.publish(replace(MESSAGE, media=(picture(tmp_path, "card.png"),)), "k", MemoryProgress())
    assert server.requests == []


def test_its_rules_for_captions_and_shapes_are_checked_before_approval(tmp_path: Path) -> None:
    """They are the strictest of all; a card that passes here passes everywhere."""
    wide = replace(picture(tmp_path), width_px=1920, height_px=1000)
    names, tags = (" ".join(f"{sign}a{n}" for n in range(31)) for sign in "@#")
    wrong = replace(MESSAGE, parts=(f"{names} {tags} {'x' * 2200}",), media=(wide,))
    codes = {one.code for one in check(wrong, LIMITS)}
    assert {"too_many_hashtags", "too_many_mentions", "too_long", "image_ratio"} <= codes
    assert "media_required" in {one.code for one in check(MESSAGE, LIMITS)}


def test_what_is_called_full_is_taken_and_one_unit_more_is_refused_by_both(
    adapter: Instagram, message: Message
) -> None:
    """The platform must mean the same number as the program that shows it."""
    full = "ҷ👋" + "ა" * (LIMITS.text[0].max - 3)
    made(adapter.publish(replace(message, parts=(full,)), "k", MemoryProgress()))
    assert "too_long" not in {one.code for one in check(replace(message, parts=(full,)), LIMITS)}
    longer = replace(message, parts=(f"{full}x",))
    assert "too_long" in {one.code for one in check(longer, LIMITS)}
    with pytest.raises(Rejected, match="36004/2207010"):
        adapter.publish(longer, "k2", MemoryProgress())


@pytest.mark.parametrize("options", [{"login": "meta"}, {"version": "26"}])
def test_an_unknown_option_names_the_account_and_the_option(
    server: InstagramServer, place: PictureServer, message: Message, options: dict[str, str]
) -> None:
    """A typing error in the configuration is told before the first byte leaves."""
    with pytest.raises(Rejected, match=f"ge-test.*{next(iter(options))}"):
        adapter_for(server, place, **options).publish(message, "k", MemoryProgress())
    assert server.requests == []


def test_a_page_without_an_instagram_account_is_told(clock: Clock, place: PictureServer) -> None:
    """The token works, and opens nothing that could be posted to."""
    with InstagramServer(clock, TOKEN, login="facebook") as server:
        adapter = adapter_for(server, place, login="facebook")
        server.linked = False
        with pytest.raises(AuthExpired, match="no Instagram account"):
            adapter.whoami()
        server.will_fail(error(100, "Tried accessing nonexisting field on node type (User)"), method="GET")
        with pytest.raises(AuthExpired, match="put in the Page access token"):
            adapter.whoami()


@pytest.mark.parametrize(
    ("login", "host"), [("", "https://graph.instagram.com"), ("facebook", "https://graph.facebook.com")]
)
def test_the_log_in_says_which_server_is_asked(place: PictureServer, login: str, host: str) -> None:
    """Each token works at one of the two alone."""
    options = {"login": login} if login else {}
    assert Instagram(account(options=options), KnownSecret(), public_media=place)._http.host == host


# -- the posts of a day --------------------------------------------------------------------------------------------


def test_a_used_up_day_is_waited_for_before_anything_is_prepared(
    server: InstagramServer, adapter: Instagram, message: Message
) -> None:
    """The platform's own number counts; it has told several."""
    server.quota = 1
    made(adapter.publish(message, "k", MemoryProgress()))
    with pytest.raises(Retryable, match="1 posts of 24 hours are used up") as raised:
        adapter.publish(replace(message, parts=("two",)), "k2", MemoryProgress())
    assert raised.value.after == timedelta(hours=1)
    assert len(server.containers) == 1


@pytest.mark.parametrize("reply", [error(100), reply_json({"data": []}), reply_json({"data": [{"quota_usage": "1"}]})])
def test_a_quota_that_is_not_told_keeps_nothing_back(
    server: InstagramServer, adapter: Instagram, message: Message, reply: Reply
) -> None:
    """The platform refuses by itself what is too much."""
    server.will_fail(reply, method="GET", path=f"/v26.0/{USER}/content_publishing_limit")
    made(adapter.publish(message, "k", MemoryProgress()))


def test_how_much_of_the_quota_is_used_is_told_as_the_platform_tells_it(
    server: InstagramServer, adapter: Instagram, message: Message
) -> None:
    """Whoever plans the day hears of it before; what somebody posted by hand is among it."""
    server.quota = 25
    made(adapter.publish(message, "k", MemoryProgress()))
    told = adapter.quota()
    assert told is not None
    assert (told.used, told.quota.most, told.quota.within) == (1, 25, timedelta(hours=24))


# -- the four failures ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "failure", "words"),
    [
        (error(100), Rejected, "why"),
        (error(36003, subcode=2207009), Rejected, "36003/2207009"),
        (error(-1, subcode=2207001), Ambiguous, "fault of its own"),
        (error(-2, subcode=2207020), Retryable, "not this time"),
        (error(24, subcode=2207008), Retryable, "not this time"),
        (error(24, subcode=2207006), Retryable, "not this time"),
        (error(4, subcode=2207051), Restricted, "restricts"),
        (error(25, subcode=2207050), Restricted, "restricts"),
        (error(9, subcode=2207042), Retryable, "used up"),
        (error(4), Retryable, "later"),
        (error(80002), Retryable, "later"),
        (error(190), AuthExpired, "connect the account again"),
        (error(10), AuthExpired, "permission"),
        (error(9007, subcode=2207027, status=500), Ambiguous, "does not say"),
        (Reply(status=502), Ambiguous, "does not say"),
        (Reply(status=200, body=b"<html>It works!</html>"), Ambiguous, "does not say"),
        (reply_json({"id": "../me"}), Ambiguous, "without the post's id"),
    ],
)
def test_a_refused_post_is_one_of_four_failures(
    server: InstagramServer, adapter: Instagram, message: Message, reply: Reply, failure: type[Failure], words: str
) -> None:
    """Each leads to somebody else: the officer, the account's owner, the clock, the look-up."""
    server.will_fail(reply, path=PUBLISH)
    with pytest.raises(failure, match=words) as raised:
        adapter.publish(message, "k", MemoryProgress())
    assert isinstance(raised.value, failure)
    assert_tells_no_secret(raised.value, TOKEN)
    assert server.accepted == ()


@pytest.mark.parametrize("mishap", [Mishap.CLOSE, Mishap.GARBAGE, Mishap.TRUNCATE, error(-1, subcode=2207001)])
def test_a_failed_preparation_is_no_doubt(
    server: InstagramServer, adapter: Instagram, message: Message, mishap: Mishap | Reply
) -> None:
    """A container that nobody knows of harms nobody; nothing was public."""
    server.will_fail(mishap, path=MEDIA)
    progress = MemoryProgress()
    with pytest.raises(Retryable):
        adapter.publish(message, "k", progress)
    assert progress.steps == []
    made(adapter.publish(message, "k", progress))


@pytest.mark.parametrize("mishap", [Mishap.CLOSE, Mishap.HANG, Mishap.TRUNCATE, Mishap.GARBAGE])
def test_a_lost_answer_is_ambiguous_and_the_post_is_found(
    server: InstagramServer, adapter: Instagram, clock: Clock, message: Message, mishap: Mishap
) -> None:
    """The container says that it was published; sending again would be the duplicate that people leave over."""
    server.will_fail(mishap, path=PUBLISH)
    progress = MemoryProgress()
    with pytest.raises(Ambiguous):
        adapter.publish(message, "k", progress)
    found = adapter.find(message, "k", clock(), progress)
    assert found is not None
    assert [one.remote_id for one in server.accepted] == [found.remote_id]


# -- crashes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["save:picture-1", "save:picture-2", "save:container", "posting"])
def test_a_crash_while_preparing_costs_nothing_but_the_step_itself(
    server: InstagramServer, adapter: Instagram, tmp_path: Path, step: str
) -> None:
    """The next sender goes on where the last one stopped, and the post is there once, with both pictures."""
    message, progress = with_pictures(tmp_path, 2), MemoryProgress(stop_at=step)
    with pytest.raises(Stopped):
        adapter.publish(message, "k", progress)
    assert server.public == 0
    made(adapter.publish(message, "k", MemoryProgress(saved=progress.saved)))
    assert [len(one.pictures) for one in server.accepted] == [2]
    assert len(server.containers) == 3 + step.startswith("save:")


# -- finding -------------------------------------------------------------------------------------------------------


@pytest.fixture
def prepared(adapter: Instagram, message: Message) -> MemoryProgress:
    """The progress of a post whose sender died right before it called."""
    progress = MemoryProgress(stop_at="posting")
    with pytest.raises(Stopped):
        adapter.publish(message, "k", progress)
    return MemoryProgress(saved=progress.saved)


def test_what_was_never_published_is_not_there(
    adapter: Instagram, clock: Clock, message: Message, prepared: MemoryProgress
) -> None:
    """The container says so, and the list agrees."""
    assert adapter.find(message, "k", clock(), prepared) is None


def test_a_list_that_lags_behind_the_container_is_looked_at_again(
    server: InstagramServer, adapter: Instagram, clock: Clock, message: Message, prepared: MemoryProgress
) -> None:
    """None would be 'surely not there', of a post that is out."""
    adapter.publish(message, "k", prepared)
    server.lists = False
    with pytest.raises(Retryable, match="says PUBLISHED, and such a post is not there"):
        adapter.find(message, "k", clock(), prepared)


@pytest.mark.parametrize("listed", [{}, [None], [{"id": None}]])
def test_a_list_that_cannot_be_read_is_never_not_there(
    server: InstagramServer, adapter: Instagram, clock: Clock, message: Message, listed: object
) -> None:
    """None would say that it is surely not out."""
    server.will_fail(reply_json({"data": listed}), method="GET", path=MEDIA)
    with pytest.raises(Retryable, match="list"):
        adapter.find(message, "k", clock(), MemoryProgress())


def test_somebody_elses_post_with_our_words_is_not_adopted(
    server: InstagramServer, adapter: Instagram, clock: Clock, message: Message, prepared: MemoryProgress
) -> None:
    """Our container says that it was not published; whose post that is a person has to see."""
    server.write(message.text)
    with pytest.raises(Retryable, match="says FINISHED, and such a post is there"):
        adapter.find(message, "k", clock(), prepared)


def test_other_pictures_and_last_years_words_are_not_ours(
    server: InstagramServer, adapter: Instagram, clock: Clock, message: Message
) -> None:
    """To adopt either would be a false 'published'."""
    server.write(message.text, pictures=2)
    server.write(message.text)
    assert adapter.find(message, "k", clock() + timedelta(hours=1), MemoryProgress()) is None
    found = adapter.find(message, "k", clock(), MemoryProgress())
    assert found is not None
    assert found.remote_id == server.accepted[1].remote_id


def test_the_address_that_a_person_gives_leads_to_the_post(
    server: InstagramServer, adapter: Instagram, message: Message
) -> None:
    """By its id it is counted, and is not adopted for another delivery with the same words."""
    server.write("another")
    receipt = made(adapter.publish(message, "k", MemoryProgress()))
    shown = receipt.permalink.replace(".com/p/", ".com/iomgeorgia/p/").removesuffix("/")
    for address in (receipt.permalink, f"{shown}?img_index=1"):
        assert adapter.remote_id_at(address) == receipt.remote_id
    for other in ("https://www.instagram.com/p/CxYz/", "https://www.instagram.com/", "https://[x"):
        assert adapter.remote_id_at(other) is None
    server.will_fail(error(190), method="GET")
    assert adapter.remote_id_at(receipt.permalink) is None


# -- counts and deleting -------------------------------------------------------------------------------------------


def test_one_metric_that_is_no_longer_given_costs_no_other(
    server: InstagramServer, adapter: Instagram, message: Message
) -> None:
    """The platform refuses every call that names a dead one; that is found out once."""
    receipt = made(adapter.publish(message, "k", MemoryProgress()))
    server.react(receipt.remote_id, likes=3)
    server.dead = {"views"}
    counts = [{one.metric: one.value for one in readings(adapter.measure([receipt.remote_id]))} for _ in range(2)]
    assert counts == [{"likes": 3, "comments": 0, "reach": 7, "shares": 7, "saves": 7}] * 2
    before = len(server.requests)
    adapter.measure([receipt.remote_id])
    assert len(server.requests) - before == 2


def test_too_few_viewers_are_no_fault_of_the_account(
    server: InstagramServer, adapter: Instagram, message: Message
) -> None:
    """The platform says it with the number of a missing permission."""
    receipt = made(adapter.publish(message, "k", MemoryProgress()))
    few = error(10, "Not enough viewers for the media to show insights")
    server.will_fail(few, method="GET", path=f"/v26.0/{receipt.remote_id}/insights", times=5)
    assert {one.metric for one in readings(adapter.measure([receipt.remote_id]))} == {"likes", "comments"}
    assert len(readings(adapter.measure([receipt.remote_id]))) == 6


def test_a_missing_permission_makes_no_post_gone(server: InstagramServer, adapter: Instagram, message: Message) -> None:
    """The platform says the same of both; 'removed' for every post of an account would be a lie."""
    receipt = made(adapter.publish(message, "k", MemoryProgress()))
    server.reads = False
    assert adapter.measure([receipt.remote_id]) == []
    server.reads = True
    server.forget(receipt.remote_id)
    (gone,) = adapter.measure([receipt.remote_id])
    assert isinstance(gone, Gone)


def test_whoever_has_to_delete_hears_where(adapter: Instagram) -> None:
    """No program may; consent that was withdrawn must still end somewhere."""
    with pytest.raises(Rejected, match="delete post 17 in its app"):
        adapter.delete("17")


def test_a_token_stands_in_no_address(server: InstagramServer, adapter: Instagram, message: Message) -> None:
    """Addresses reach the logs of every machine on the way."""
    receipt = made(adapter.publish(message, "k", MemoryProgress()))
    adapter.measure([receipt.remote_id])
    assert not any(TOKEN in str(one.query) or TOKEN in one.path for one in server.requests)


# -- a token that ends ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("login", "renewals"), [("instagram", 1), ("facebook", 0)])
def test_a_token_of_sixty_days_is_renewed_while_it_lives(
    clock: Clock, place: PictureServer, message: Message, login: str, renewals: int
) -> None:
    """Afterwards only a person could, and nobody would notice before the day itself; a Page's token does not end."""
    with InstagramServer(clock, TOKEN, login=login) as server:
        kept = KeptSecret(json.dumps({"access_token": TOKEN, "note": "stays"}))
        adapter = Instagram(account(base_url=server.url, options={"login": login}), kept, public_media=place)
        for _ in range(3):
            adapter.whoami()
        made(adapter.publish(message, "k", MemoryProgress()))
        assert server.renewals == renewals
        found = json.loads(kept.value)
        assert (found["access_token"], found["note"]) == (server.token, "stays")


def test_the_token_says_when_it_ends_and_is_renewed_ahead(server: InstagramServer, place: PictureServer) -> None:
    """The daemon asks for that also where nothing is posted for months."""
    kept = KeptSecret(json.dumps({"access_token": TOKEN}))
    adapter = Instagram(account(base_url=server.url), kept, public_media=place)
    assert isinstance(adapter, Perishable)
    assert adapter.horizon() == Horizon()
    adapter.renew()
    found = adapter.horizon()
    assert found.ends_at is not None
    assert found.renews_from is not None
    assert found.ends_at - found.renews_from == timedelta(days=10)


def test_the_token_of_a_page_has_no_end(place: PictureServer, clock: Clock) -> None:
    """Nobody shall be warned of what does not come."""
    with InstagramServer(clock, TOKEN, login="facebook") as server:
        adapter = adapter_for(server, place, login="facebook")
        adapter.renew()
        assert adapter.horizon() == Horizon()
        assert server.requests == []


def test_a_renewal_that_fails_harms_nothing_while_the_token_works(
    server: InstagramServer, place: PictureServer, message: Message
) -> None:
    """A token that is not a day old cannot be renewed yet."""
    server.will_fail(error(190, "too young"), method="GET", path="/refresh_access_token", times=9)
    kept = KeptSecret(json.dumps({"access_token": TOKEN}))
    adapter = Instagram(account(base_url=server.url), kept, public_media=place)
    made(adapter.publish(message, "k", MemoryProgress()))
    assert json.loads(kept.value) == {"access_token": TOKEN}
