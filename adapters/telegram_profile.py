"""What Telegram's Bot API takes and promises, as data.

Numbers as read in the description of Bot API 10.1 of 11 Jun 2026 (on 24 Nov 2026).
"""

from __future__ import annotations

from datetime import date

from adapters.card_sizes import TALL, best_size
from adapters.contract import Fact, Lookup, Option, Profile
from posts.limits import FilmLimits, Limits, TextLimit, Unit

SOURCE, OURS = "Telegram Bot API 10.1", "the safe reading, for the description is silent: option text_max, caption_max"
FILM = FilmLimits(types=("video/mp4",), bytes_max=50_000_000, among_pictures=True, cover=True)
GIF = FilmLimits(types=("image/gif",), bytes_max=50_000_000)
LIMITS = Limits(
    text=(TextLimit(unit=Unit.UTF16, max=4096),),
    text_with_media=(TextLimit(unit=Unit.UTF16, max=1024),),
    long_text_follows=True,
    images_max=10,
    card_size=TALL,
    image_types=("image/jpeg", "image/png"),
    image_bytes_max=10_000_000,
    image_sides_max=10_000,
    image_ratio_min=0.05,
    image_ratio_max=20.0,
    film=FILM,
    gif=GIF,
)


def _fact(name: str, value: str, unit: str, source: str = SOURCE, *, sure: bool = True) -> Fact:
    return Fact(name=name, value=value, unit=unit, source=source, read_on=date(2026, 6, 11), sure=sure)


PROFILE = Profile(
    platform="telegram",
    limits=LIMITS,
    lookup=Lookup.NONE,
    can_delete=True,
    facts=(
        _fact("text", "4096", "characters after entities parsing"),
        _fact("text with media", "1024", "characters after entities parsing; a longer one follows as a reply"),
        _fact("counting", "UTF-16", "units", OURS, sure=False),
        _fact("images", "10", "pictures of an album"),
        _fact("image size", "10000000", "bytes; 10 MB"),
        _fact("image sides", "10000", "pixels, width and height together"),
        _fact("image ratio", "20", "to one side or the other"),
        _fact(
            "film size", "50000000", "bytes; 50 MB. A Bot API server of one's own takes 2000 MB: option film_bytes_max"
        ),
        _fact("film type", "MPEG-4", "others become files to be downloaded"),
        _fact("GIF size", "50000000", "bytes; it is alone in its post"),
        _fact("cover of a film", "1", "picture; there is no field for captions"),
        best_size(TALL, "a channel shows it whole, as wide as the others"),
        _fact("alt text", "none", "there is no field for it"),
        _fact("deleting", "48", "hours after it was sent; later by hand"),
        _fact("calls", "1", "per second and chat, about", "python-telegram-bot 22.8, constants", sure=False),
    ),
    options=(
        Option(
            name="long_text",
            default="follow",
            meaning='a text too long for a caption: `"follow"`, as a reply to its pictures, or `"refuse"`',
        ),
        Option(name="link_preview", default="yes", meaning='`"no"`: links have no preview'),
        Option(name="silent", default="no", meaning='`"yes"`: telephones do not ring'),
        Option(name="text_max", default="4096", meaning="the longest text, in UTF-16 units"),
        Option(name="caption_max", default="1024", meaning="the longest caption, in UTF-16 units"),
        Option(name="image_bytes_max", default="10000000", meaning="the largest picture"),
        Option(
            name="film_bytes_max",
            default="50000000",
            meaning="the largest film or GIF; `2000000000` where base_url is a Bot API server of one's own, run local",
        ),
        Option(
            name="chat",
            default="",
            meaning="the channel, where the secret is the token alone and `handle` is empty",
        ),
    ),
)
