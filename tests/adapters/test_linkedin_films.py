"""Films on LinkedIn: put in parts, once each, finished, waited for, with captions and a cover where they are taken."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from adapters.contract import AuthExpired, Failure, NotReady, Receipt, Rejected, Retryable, Stopped
from adapters.http import Http
from adapters.linkedin import LinkedIn
from adapters.linkedin_films import LOOK_AGAIN_AT_MOST
from adapters.scripted.linkedin import OF_PERSON, PAGE, PERSON, LinkedInServer
from adapters.scripted.linkedin_videos import PART_BYTES
from adapters.scripted.server import Mishap, Reply, reply_json
from posts.check import check
from tests.adapters.contract import sent
from tests.adapters.films import film, gif, with_cover, words
from tests.adapters.parts import MESSAGE, TOKEN, KeptSecret, KnownSecret, account, now, picture
from tests.fakes.progress import MemoryProgress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from posts.model import Media, Message

VIDEOS = "/rest/videos"
LARGE = 3 * PART_BYTES + 1_000
PART = "/dms-uploads/D4D10AQ0001/uploaded-video/1"


@pytest.fixture
def server() -> Iterator[LinkedInServer]:
    with LinkedInServer(now, TOKEN) as server:
        yield server


def page(server: LinkedInServer, **options: str) -> LinkedIn:
    where = account(base_url=server.url, options={"author": PAGE, **options})
    return LinkedIn(where, KnownSecret(TOKEN), http=Http(server.url, read_timeout_s=2))


def showing(*media: Media) -> Message:
    return replace(MESSAGE, media=media)


def clip(folder: Path, size_bytes: int = 80_000) -> Media:
    return film(folder, size_bytes=size_bytes)


def test_a_film_is_shown_with_its_alt_text_captions_and_cover(server: LinkedInServer, tmp_path: Path) -> None:
    """What was announced and is not sent would make the film useless: the judge refuses it then."""
    one = with_cover(replace(clip(tmp_path), captions=(words(tmp_path, "clip.ka.vtt.srt"),)), picture(tmp_path))
    assert isinstance(sent(page(server), showing(one), "k", MemoryProgress()), Receipt)
    (post,) = server.log
    assert post.content == {"media": {"id": "urn:li:video:D4D10AQ0001", "altText": one.alt_text}}
    video = server.films.videos["D4D10AQ0001"]
    assert "ადამიანი არ იყიდება" in video.captions
    assert video.wants == set()


def test_an_alt_text_is_left_out_where_the_account_says_so(server: LinkedInServer, tmp_path: Path) -> None:
    """Nobody documents that a film may have one."""
    sent(page(server, film_alt_text="no"), showing(clip(tmp_path)), "k", MemoryProgress())
    assert server.log[0].content == {"media": {"id": "urn:li:video:D4D10AQ0001"}}


def test_a_film_is_looked_at_ever_more_rarely_and_put_once(server: LinkedInServer, tmp_path: Path) -> None:
    """A member has a hundred calls a day."""
    server.films.slow = 6
    message, progress = showing(clip(tmp_path)), MemoryProgress()
    waits = []
    while isinstance(result := page(server).publish(message, "k", progress), NotReady):
        waits.append(result.after)
    assert isinstance(result, Receipt)
    assert waits == sorted(waits)
    assert waits[-1] == LOOK_AGAIN_AT_MOST
    assert waits[0] < timedelta(seconds=30)
    assert (server.films.puts, server.public) == (1, 1)


def test_a_large_film_goes_in_parts_whose_names_are_given_back_in_order(server: LinkedInServer, tmp_path: Path) -> None:
    """The judge compares them; a film in the wrong order is none."""
    assert isinstance(sent(page(server), showing(clip(tmp_path, LARGE)), "k", MemoryProgress()), Receipt)
    assert server.films.puts == 4


@pytest.mark.parametrize("parts", range(5))
def test_parts_that_arrived_are_not_put_again_wherever_the_process_died(
    server: LinkedInServer, tmp_path: Path, parts: int
) -> None:
    """Five hundred million bytes take their time, and no process lives for ever."""
    message, progress = showing(clip(tmp_path, LARGE)), _DiesAt(parts)
    with pytest.raises(Stopped):
        page(server).publish(message, "k", progress)
    assert isinstance(sent(page(server), message, "k", MemoryProgress(progress.saved)), Receipt)
    assert (server.films.puts, len(server.films.videos), server.public) == (4, 1, 1)


@pytest.mark.parametrize("status", [403, 404, 410])
def test_an_address_that_has_ended_begins_the_film_anew(server: LinkedInServer, tmp_path: Path, status: int) -> None:
    """They end by themselves; nobody says how that is told. The account is not held for it."""
    message, progress = showing(clip(tmp_path, LARGE)), MemoryProgress()
    server.will_fail(Reply(status=status), method="PUT", path=PART)
    with pytest.raises(Retryable, match="begun anew"):
        page(server).publish(message, "k", progress)
    assert isinstance(sent(page(server), message, "k", progress), Receipt)
    assert len(server.films.videos) == 2


@pytest.mark.parametrize("mishap", [Mishap.CLOSE, Reply(status=503), Reply(status=200)])
def test_a_part_whose_fate_is_unknown_is_put_again(
    server: LinkedInServer, tmp_path: Path, mishap: Mishap | Reply
) -> None:
    """An answer that was lost, or does not name the part, proves nothing; and nothing is public yet."""
    message, progress = showing(clip(tmp_path, LARGE)), MemoryProgress()
    server.will_fail(mishap, method="PUT", path=PART)
    with pytest.raises(Retryable):
        page(server).publish(message, "k", progress)
    assert isinstance(sent(page(server), message, "k", progress), Receipt)
    assert len(server.films.videos) == 1


def test_a_film_that_the_platform_cannot_use_is_for_the_author(server: LinkedInServer, tmp_path: Path) -> None:
    """Sending it again changes nothing."""
    one = clip(tmp_path)
    content = b"\0" * 80_000
    one.path.write_bytes(content)
    broken = replace(one, sha256=hashlib.sha256(content).hexdigest())
    with pytest.raises(Rejected, match="export it anew"):
        sent(page(server), showing(broken), "k", MemoryProgress())
    assert server.public == 0


def test_captions_that_the_platform_refuses_are_left_out_and_that_is_told(
    server: LinkedInServer, tmp_path: Path
) -> None:
    """Which languages it knows nobody documents; the day's post must not be lost for it, nor in silence."""
    server.films.takes_captions = False
    message = showing(replace(clip(tmp_path), captions=(words(tmp_path),)))
    progress = MemoryProgress()
    with pytest.raises(Retryable, match="begun anew"):
        sent(page(server), message, "k", progress)
    receipt = sent(page(server), message, "k", progress)
    assert isinstance(receipt, Receipt)
    assert "Unsupported captions" in str(receipt.evidence["captions_left_out"])


def test_a_film_that_is_gone_at_the_platform_is_begun_anew(server: LinkedInServer, tmp_path: Path) -> None:
    """What no post shows may be cleared away."""
    message, progress = showing(clip(tmp_path)), MemoryProgress()
    page(server).publish(message, "k", progress)
    server.films.videos.clear()
    with pytest.raises(Retryable, match="begun anew"):
        page(server).publish(message, "k", progress)
    assert isinstance(sent(page(server), message, "k", progress), Receipt)


@pytest.mark.parametrize(
    ("told", "failure"),
    [
        ({"value": {}}, Retryable),
        ({"value": {"video": "urn:li:video:A", "uploadInstructions": []}}, Retryable),
        (
            {
                "value": {
                    "video": "urn:li:video:A",
                    "uploadInstructions": [{"uploadUrl": "https://x", "firstByte": 0, "lastByte": 9}],
                }
            },
            Retryable,
        ),
    ],
)
def test_addresses_that_are_not_those_of_the_whole_film_are_not_used(
    server: LinkedInServer, tmp_path: Path, told: dict[str, object], failure: type[Failure]
) -> None:
    """Half a film would be finished as a whole one."""
    server.will_fail(reply_json(told), path=VIDEOS)
    with pytest.raises(failure):
        page(server).publish(showing(clip(tmp_path)), "k", MemoryProgress())
    assert server.films.puts == 0


def test_a_film_goes_to_nobody_but_the_platform(server: LinkedInServer, tmp_path: Path) -> None:
    """With it goes the token."""
    parts = [{"uploadUrl": "https://elsewhere.example/x", "firstByte": 0, "lastByte": 79_999}]
    told = {"value": {"video": "urn:li:video:A", "uploadInstructions": parts, "uploadToken": ""}}
    server.will_fail(reply_json(told), path=VIDEOS)
    with pytest.raises(Retryable, match="not its own"):
        page(server).publish(showing(clip(tmp_path)), "k", MemoryProgress())


def test_a_token_that_ran_out_between_the_parts_is_renewed(server: LinkedInServer, tmp_path: Path) -> None:
    """Its film may wait for hours; the account must not be held for what can be renewed."""
    server.renewal = {"refresh_token": "r-1", "client_id": "c-1", "client_secret": "s-1"}
    secret = KeptSecret(json.dumps({"access_token": TOKEN, **server.renewal}))
    adapter = LinkedIn(account(base_url=server.url, options={"author": PAGE}), secret)
    server.will_fail(Reply(status=401), method="PUT", path=PART)
    assert isinstance(sent(adapter, showing(clip(tmp_path, LARGE)), "k", MemoryProgress()), Receipt)
    assert [one.path for one in server.requests].count("/oauth/v2/accessToken") == 1


def test_somebody_elses_film_is_the_accounts_fault(server: LinkedInServer, tmp_path: Path) -> None:
    """The token lacks the role at the page; whoever keeps the account can give it."""
    refused = {"status": 403, "code": "ACCESS_DENIED", "message": "Accessing this video resource is forbidden"}
    server.will_fail(reply_json(refused, 403), path=VIDEOS)
    with pytest.raises(AuthExpired):
        page(server).publish(showing(clip(tmp_path)), "k", MemoryProgress())


def test_a_person_may_look_how_far_a_film_is(tmp_path: Path) -> None:
    """Unlike pictures: a post that shows what is not ready would be refused."""
    with LinkedInServer(now, TOKEN, scopes=OF_PERSON) as server:
        adapter = LinkedIn(account(base_url=server.url), KnownSecret(TOKEN))
        assert isinstance(sent(adapter, showing(clip(tmp_path)), "k", MemoryProgress()), Receipt)
        assert server.log[0].author == PERSON


def test_a_moving_gif_is_a_picture(server: LinkedInServer, tmp_path: Path) -> None:
    """The platform plays it as one."""
    assert isinstance(sent(page(server), showing(gif(tmp_path)), "k", MemoryProgress()), Receipt)
    assert str(server.log[0].content["media"]["id"]).startswith("urn:li:image:")


def test_a_film_beside_a_picture_is_refused(server: LinkedInServer, tmp_path: Path) -> None:
    """One of them would be missing."""
    with pytest.raises(Rejected, match="alone"):
        page(server).publish(showing(picture(tmp_path), clip(tmp_path)), "k", MemoryProgress())


def test_a_film_that_is_too_small_is_told_before_anybody_approves(server: LinkedInServer, tmp_path: Path) -> None:
    """The platform takes none under 75,000 bytes."""
    assert "film_too_small" in [one.code for one in check(showing(film(tmp_path)), page(server).limits())]
    assert "film_too_small" not in [one.code for one in check(showing(clip(tmp_path)), page(server).limits())]


class _DiesAt(MemoryProgress):
    """The process ends right after so many parts were remembered."""

    def __init__(self, parts: int):
        super().__init__()
        self._parts = parts

    def save(self, step: str, data: Any) -> None:
        super().save(step, data)
        if step == ("film-parts" if self._parts else "film-upload") and len(data.get("etags", ())) == self._parts:
            raise Stopped(step)
