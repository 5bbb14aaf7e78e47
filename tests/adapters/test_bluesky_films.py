"""Films and moving GIFs on Bluesky: sent to the video service, waited for, shown with captions; each of them once."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from adapters.bluesky import Bluesky
from adapters.bluesky_films import PARTS_FROM_BYTES
from adapters.bluesky_options import VIDEO_SERVICE, video_service_of
from adapters.bluesky_passes import did_of
from adapters.contract import Failure, NotReady, Receipt, Rejected, Retryable, Stopped
from adapters.http import Http
from adapters.scripted.bluesky import BlueskyServer
from adapters.scripted.bluesky_video import VideoServer
from adapters.scripted.server import Mishap, Reply, reply_json
from posts.check import check
from tests.adapters.contract import sent
from tests.adapters.films import film, gif, words
from tests.adapters.parts import MESSAGE, TOKEN, KnownSecret, account, picture
from tests.fakes.progress import MemoryProgress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from posts.model import Media, Message

VIDEO = "/xrpc/app.bsky.video."
LARGE = PARTS_FROM_BYTES + 1_000_000


@pytest.fixture
def home() -> Iterator[BlueskyServer]:
    with BlueskyServer(TOKEN) as server:
        yield server


@pytest.fixture
def service(home: BlueskyServer) -> Iterator[VideoServer]:
    with VideoServer(home) as server:
        yield server


def adapter_for(home: BlueskyServer, service: VideoServer | None = None, **options: str) -> Bluesky:
    video = {"video_url": service.url} if service else {}
    where = account(base_url=home.url, handle=home.handle, options={**video, **options})
    return Bluesky(where, KnownSecret(TOKEN), http=Http(home.url, read_timeout_s=2))


def showing(*media: Media) -> Message:
    return replace(MESSAGE, media=media)


def embed_of(home: BlueskyServer) -> dict[str, Any]:
    (accepted,) = home.accepted
    found: dict[str, Any] = accepted.record["embed"]
    return found


def calls(server: VideoServer, name: str) -> int:
    return sum(one.path == VIDEO + name for one in server.requests)


def test_a_film_is_shown_with_its_shape_alt_text_and_captions(
    home: BlueskyServer, service: VideoServer, tmp_path: Path
) -> None:
    """Without a shape it is shown in a square; without captions it is silent for many."""
    captioned = (words(tmp_path), words(tmp_path, "clip.uz-Latn.srt"))
    one = replace(film(tmp_path), captions=captioned)
    assert isinstance(sent(adapter_for(home, service), showing(one), "k", MemoryProgress()), Receipt)
    embed = embed_of(home)
    assert embed["$type"] == "app.bsky.embed.video"
    assert (embed["alt"], embed["aspectRatio"]) == (one.alt_text, {"width": 720, "height": 1280})
    assert [one["lang"] for one in embed["captions"]] == ["ka", "uz-Latn"]
    assert embed["presentation"] == "default"


def test_captions_without_a_language_are_in_that_of_the_post(
    home: BlueskyServer, service: VideoServer, tmp_path: Path
) -> None:
    """A player offers them by language."""
    one = replace(film(tmp_path), captions=(replace(words(tmp_path), language=""),))
    sent(adapter_for(home, service), showing(one), "k", MemoryProgress())
    assert [one["lang"] for one in embed_of(home)["captions"]] == [MESSAGE.language]


def test_captions_that_are_too_long_are_refused_before_anything_is_out(
    home: BlueskyServer, service: VideoServer, tmp_path: Path
) -> None:
    """The server would refuse the whole post."""
    line = "1\n00:00:00,500 --> 00:00:02,000\n" + "a" * 21_000
    said = words(tmp_path)
    said.path.write_text(line, encoding="utf-8")
    said = replace(said, sha256=hashlib.sha256(line.encode()).hexdigest())
    with pytest.raises(Rejected, match=r"clip\.ka\.srt has 21,0"):
        sent(adapter_for(home, service), showing(replace(film(tmp_path), captions=(said,))), "k", MemoryProgress())
    assert home.public == 0


def test_a_moving_gif_plays_by_itself(home: BlueskyServer, service: VideoServer, tmp_path: Path) -> None:
    """As a picture it would stand still."""
    sent(adapter_for(home, service), showing(gif(tmp_path)), "k", MemoryProgress())
    assert embed_of(home)["presentation"] == "gif"


def test_a_film_is_asked_for_until_it_is_done_and_sent_once(
    home: BlueskyServer, service: VideoServer, tmp_path: Path
) -> None:
    """Waiting burns no attempt; what was sent is not sent again, by whatever process."""
    service.slow = 3
    message, progress = showing(film(tmp_path)), MemoryProgress()
    results = [adapter_for(home, service).publish(message, "k", progress) for _ in range(4)]
    assert [isinstance(one, NotReady) for one in results] == [True, True, True, True]
    assert isinstance(adapter_for(home, service).publish(message, "k", progress), Receipt)
    assert (calls(service, "uploadVideo"), home.public) == (1, 1)


@pytest.mark.parametrize("bare", [True, False])
def test_both_shapes_of_the_answer_name_the_job(
    home: BlueskyServer, service: VideoServer, tmp_path: Path, bare: bool
) -> None:
    """The documents show one, the service gives the other."""
    service.bare = bare
    progress = MemoryProgress()
    adapter_for(home, service).publish(showing(film(tmp_path)), "k", progress)
    assert progress.saved["film-job"]["id"] == "job-1"


def test_what_the_service_has_already_is_taken_at_once(
    home: BlueskyServer, service: VideoServer, tmp_path: Path
) -> None:
    """It tells that as an error; the film beside it is as good as any, and a second upload is spared."""
    service.slow = 0
    one = film(tmp_path)
    sent(adapter_for(home, service), showing(one), "k", MemoryProgress())
    again = adapter_for(home, service).publish(showing(one), "other", MemoryProgress())
    assert isinstance(again, Receipt)
    assert service.taken == 1


# -- refusals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "failure"),
    [
        ({"jobId": "", "error": "unconfirmed_email", "message": "Confirm your email"}, Rejected),
        ({"jobStatus": {"jobId": "", "error": "unconfirmed_email", "message": "Confirm"}}, Rejected),
        ({"jobId": "", "error": "DailyLimitExceeded", "message": "Daily limit"}, Retryable),
        ({"jobId": "", "message": "busy"}, Retryable),
    ],
)
def test_an_answer_without_a_job_is_a_refusal(
    home: BlueskyServer, service: VideoServer, tmp_path: Path, told: dict[str, object], failure: type[Failure]
) -> None:
    """The service says 200 to what it refuses."""
    service.will_fail(reply_json(told), path=f"{VIDEO}uploadVideo")
    with pytest.raises(failure):
        adapter_for(home, service).publish(showing(film(tmp_path)), "k", MemoryProgress())


@pytest.mark.parametrize(
    ("limits", "failure"),
    [
        ({"canUpload": False, "error": "unconfirmed_email", "remainingDailyVideos": 0}, Rejected),
        ({"canUpload": False, "message": "no"}, Rejected),
        ({"canUpload": False, "remainingDailyVideos": 0}, Retryable),
        ({"canUpload": True, "remainingDailyVideos": 3, "remainingDailyBytes": 10}, Retryable),
    ],
)
def test_a_days_limit_is_waited_for_and_an_account_that_may_not_is_for_a_person(
    home: BlueskyServer, service: VideoServer, tmp_path: Path, limits: dict[str, object], failure: type[Failure]
) -> None:
    """Known before 300 MB are sent; and the account's other posts go out meanwhile."""
    service.limits = limits
    with pytest.raises(failure):
        adapter_for(home, service).publish(showing(film(tmp_path)), "k", MemoryProgress())
    assert calls(service, "uploadVideo") == 0


def test_a_service_that_tells_no_limits_is_not_asked_twice(
    home: BlueskyServer, service: VideoServer, tmp_path: Path
) -> None:
    """Not every one offers that."""
    service.limits = None
    assert isinstance(sent(adapter_for(home, service), showing(film(tmp_path)), "k", MemoryProgress()), Receipt)


def test_a_film_that_cannot_be_used_is_for_the_author(
    home: BlueskyServer, service: VideoServer, tmp_path: Path
) -> None:
    """Sending it again changes nothing."""
    service.gives_up = "validation_failure"
    with pytest.raises(Rejected, match="export it anew"):
        sent(adapter_for(home, service), showing(film(tmp_path)), "k", MemoryProgress())


def test_work_that_failed_is_tried_once_more_and_then_is_for_a_person(
    home: BlueskyServer, service: VideoServer, tmp_path: Path
) -> None:
    """The service stumbles; the film may be good."""
    service.gives_up = "encoding_failure"
    message, progress = showing(film(tmp_path)), MemoryProgress()
    with pytest.raises(Retryable, match="once more"):
        sent(adapter_for(home, service), message, "k", progress)
    service.forget()
    with pytest.raises(Rejected):
        sent(adapter_for(home, service), message, "k", progress)
    service.gives_up = ""
    service.forget()
    assert isinstance(sent(adapter_for(home, service), message, "k", progress), Receipt)  # a person has retried it


def test_work_that_the_service_forgot_is_begun_anew(home: BlueskyServer, service: VideoServer, tmp_path: Path) -> None:
    """A job lives for a while only."""
    message, progress = showing(film(tmp_path)), MemoryProgress()
    adapter_for(home, service).publish(message, "k", progress)
    service.forget()
    with pytest.raises(Retryable, match="forgotten"):
        adapter_for(home, service).publish(message, "k", progress)
    assert isinstance(sent(adapter_for(home, service), message, "k", progress), Receipt)


def test_a_film_that_is_gone_from_the_account_is_sent_again(
    home: BlueskyServer, service: VideoServer, tmp_path: Path
) -> None:
    """What no post shows is thrown away after a while."""
    message, progress = showing(film(tmp_path)), MemoryProgress(stop_at="posting")
    with pytest.raises(Stopped):
        sent(adapter_for(home, service), message, "k", progress)
    home.forget_pictures()
    resumed = MemoryProgress(saved=progress.saved)
    with pytest.raises(Retryable):
        adapter_for(home, service).publish(message, "k", resumed)
    again = MemoryProgress(saved=resumed.saved)
    assert isinstance(sent(adapter_for(home, service), message, "k", again), Receipt)


def test_a_pass_that_the_service_does_not_accept_leaves_the_accounts_other_posts_alone(
    home: BlueskyServer, service: VideoServer, tmp_path: Path
) -> None:
    """The password is good; an account that is held would be silent on the day."""
    service.will_fail(reply_json({"error": "AuthenticationRequired"}, 401), path=f"{VIDEO}uploadVideo")
    with pytest.raises(Rejected, match="does not accept the account"):
        adapter_for(home, service).publish(showing(film(tmp_path)), "k", MemoryProgress())


@pytest.mark.parametrize("mishap", [Mishap.CLOSE, Mishap.GARBAGE, Mishap.TRUNCATE, Reply(status=503)])
@pytest.mark.parametrize("name", ["uploadVideo", "getJobStatus"])
def test_a_call_that_fails_is_made_again_and_the_film_is_out_once(
    home: BlueskyServer, service: VideoServer, tmp_path: Path, mishap: Mishap | Reply, name: str
) -> None:
    """Nothing of this is public yet."""
    method = "GET" if name == "getJobStatus" else "POST"
    service.will_fail(mishap, path=VIDEO + name, method=method)
    message, progress = showing(film(tmp_path)), MemoryProgress()
    with pytest.raises(Retryable):
        sent(adapter_for(home, service), message, "k", progress)
    assert isinstance(sent(adapter_for(home, service), message, "k", progress), Receipt)
    assert home.public == 1


@pytest.mark.parametrize("others", ["film", "picture"])
def test_a_film_beside_something_else_is_refused(
    home: BlueskyServer, service: VideoServer, tmp_path: Path, others: str
) -> None:
    """A post shows one film and nothing besides; one of them would be missing."""
    second = picture(tmp_path) if others == "picture" else film(tmp_path, "b.mp4", length_ms=7_000)
    with pytest.raises(Rejected, match="alone"):
        adapter_for(home, service).publish(showing(second, film(tmp_path)), "k", MemoryProgress())


# -- in parts ------------------------------------------------------------------------------------------------------


def test_a_large_film_goes_in_parts_and_on_from_the_last_that_arrived(
    home: BlueskyServer, service: VideoServer, tmp_path: Path
) -> None:
    """A process that dies at 290 of 300 MB does not begin again."""
    message = showing(film(tmp_path, size_bytes=LARGE))
    progress = MemoryProgress()
    service.will_fail(Reply(status=503), path=f"{VIDEO}finishUpload")
    with pytest.raises(Retryable):
        adapter_for(home, service).publish(message, "k", progress)
    assert progress.saved["film-parts"]["sent"] == 5
    assert isinstance(sent(adapter_for(home, service), message, "k", progress), Receipt)
    assert (calls(service, "uploadPart"), calls(service, "startUpload"), calls(service, "uploadVideo")) == (5, 1, 0)


@pytest.mark.parametrize("sent_before", range(6))
def test_parts_go_on_wherever_the_process_died(
    home: BlueskyServer, service: VideoServer, tmp_path: Path, sent_before: int
) -> None:
    """At every step there is, with every part sent once or, at worst, one of them twice."""
    message = showing(film(tmp_path, size_bytes=LARGE))
    progress = _DiesAt(sent_before)
    with pytest.raises(Stopped):
        adapter_for(home, service).publish(message, "k", progress)
    assert isinstance(sent(adapter_for(home, service), message, "k", MemoryProgress(progress.saved)), Receipt)
    assert calls(service, "uploadPart") == 5
    assert home.public == 1


@pytest.mark.parametrize("offered", [True, False])
def test_a_service_that_takes_no_parts_gets_the_film_whole(
    home: BlueskyServer, service: VideoServer, tmp_path: Path, offered: bool
) -> None:
    """Parts are new; they may not be offered, or refused halfway."""
    service.parts = offered
    if offered:
        service.will_fail(reply_json({"error": "UploadNotFound"}, 400), path=f"{VIDEO}uploadPart")
    message, progress = showing(film(tmp_path, size_bytes=LARGE)), MemoryProgress()
    if offered:
        with pytest.raises(Retryable, match="sent whole"):
            adapter_for(home, service).publish(message, "k", progress)
    assert isinstance(sent(adapter_for(home, service), message, "k", progress), Receipt)
    assert calls(service, "uploadVideo") == 1


def test_a_refusal_that_names_its_reason_is_not_tried_in_another_way(
    home: BlueskyServer, service: VideoServer, tmp_path: Path
) -> None:
    """Sending 300 MB to hear the same again helps nobody."""
    service.will_fail(reply_json({"error": "VideoTooLong"}, 400), path=f"{VIDEO}startUpload")
    with pytest.raises(Rejected):
        adapter_for(home, service).publish(showing(film(tmp_path, size_bytes=LARGE)), "k", MemoryProgress())
    assert calls(service, "uploadVideo") == 0


class _DiesAt(MemoryProgress):
    """The process ends right after so many parts were remembered."""

    def __init__(self, parts: int):
        super().__init__()
        self._parts = parts

    def save(self, step: str, data: Any) -> None:
        super().save(step, data)
        if step == "film-parts" and data.get("sent") == self._parts:
            raise Stopped(step)


# -- servers -------------------------------------------------------------------------------------------------------


def test_a_server_without_a_video_service_takes_the_film_as_it_is(home: BlueskyServer, tmp_path: Path) -> None:
    """The network shows it once it has worked on it."""
    assert isinstance(adapter_for(home).publish(showing(film(tmp_path)), "k", MemoryProgress()), Receipt)
    assert embed_of(home)["video"]["mimeType"] == "video/mp4"


def test_a_film_that_such_a_server_does_not_take_is_refused(home: BlueskyServer, tmp_path: Path) -> None:
    """Many take five million bytes."""
    with pytest.raises(Rejected, match="413"):
        adapter_for(home).publish(showing(film(tmp_path, size_bytes=6_000_000)), "k", MemoryProgress())


def test_what_such_a_server_takes_is_known_before_anybody_approves(home: BlueskyServer, tmp_path: Path) -> None:
    """A moving GIF would stand still there."""
    problems = [one.code for one in check(showing(gif(tmp_path)), adapter_for(home).limits())]
    assert "film_unsupported" in problems


@pytest.mark.parametrize(
    ("base_url", "option", "service"),
    [
        ("", "", VIDEO_SERVICE),
        ("https://bsky.social", "", VIDEO_SERVICE),
        ("https://morel.us-east.host.bsky.network", "", VIDEO_SERVICE),
        ("https://pds.example", "", ""),
        ("https://notbsky.social.example", "", ""),
        ("https://pds.example", "https://video.example", "https://video.example"),
    ],
)
def test_films_go_to_the_networks_service_from_its_own_servers(base_url: str, option: str, service: str) -> None:
    """A server of somebody's own may have none, and a test server must never reach the real one."""
    options = {"video_url": option} if option else {}
    assert video_service_of(account(base_url=base_url, options=options)) == service


@pytest.mark.parametrize(("given", "seconds"), [("", 180), ("600", 600), ("601", 180), ("0", 180), ("x", 180)])
def test_the_longest_film_is_an_option(home: BlueskyServer, given: str, seconds: int) -> None:
    """The service decides by account; what cannot be meant is refused when something is sent."""
    adapter = adapter_for(home, None, **({"film_seconds_max": given} if given else {}))
    limits = adapter.limits().film
    assert limits
    assert limits.length_max == timedelta(seconds=seconds)
    if given and seconds == 180:
        with pytest.raises(Rejected, match="film_seconds_max"):
            adapter.publish(MESSAGE, "k", MemoryProgress())


@pytest.mark.parametrize(
    ("url", "did"),
    [
        ("https://video.bsky.app", "did:web:video.bsky.app"),
        ("http://127.0.0.1:2583/", "did:web:127.0.0.1%3A2583"),
    ],
)
def test_a_service_is_called_by_its_host(url: str, did: str) -> None:
    """A pass for any other is refused."""
    assert did_of(url) == did
