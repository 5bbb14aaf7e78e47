"""How a page is drawn: templates, the console's words, and the strip that stands at the head of every page."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from scheduler.services import showing
from scheduler.web import words as told
from scheduler.web.security import Tokens

if TYPE_CHECKING:
    from starlette.requests import Request

    from scheduler.services.desk import Desk
    from scheduler.web.words import Words

MARKS = {
    "waiting": "wait", "sending": "send", "published": "out", "unclear": "uncl", "held": "held", "failed": "fail",
    "skipped": "skip", "cancelled": "canc", "removed": "gone", "draft": "draft", "submitted": "subm",
    "approved": "wait", "sent_back": "back",
}  # fmt: skip
REFUSALS = {
    400: ("This cannot be asked for.", "Change the address or go back to the page you came from."),
    403: (
        "Nothing was changed: this form did not come from this console as it runs now.",
        "Load the page again and press the button once more.",
    ),
    404: ("There is nothing at this address.", "It may have been taken down, or the address has a mistake in it."),
    405: ("This address does not do that.", "Go back to the page you came from."),
    411: ("Nothing was changed: the form did not say how long it is.", "Use the form on the page."),
    413: ("Nothing was changed: that is more than a form here may hold.", "Write less."),
    421: (
        "This is not the console's address.",
        "Open it as localhost, or as `listen` under [console] in the configuration says.",
    ),
    500: ("The console has a fault here; sending goes on.", "Whoever looks after this machine finds it in the log."),
    503: ("The database cannot be reached.", "Nothing is sent while it is away. Load the page again when it is back."),
}


class Pages:
    """Draws what the routes found; shared by all of them."""

    def __init__(self, desk: Desk, words: Words):
        self.desk = desk
        self.words = words
        self.tokens = Tokens()
        self._templates = Environment(
            loader=PackageLoader("scheduler.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(_=words, many=words.many, words=words, marks=MARKS)
        self._templates.filters.update(
            clock=told.clock, city=told.city, day=words.day, short_day=words.short_day, span=words.span
        )

    def draw(self, template: str, *, here: str, **values: object) -> HTMLResponse:
        """The page; `here` is its address, marked in the menu. Raises Unavailable where the database is away."""
        known: dict[str, object] = {"campaign": self.desk.settings.campaign, "offset": told.offset, "here": here}
        known["pulse"] = values.pop("pulse", None) or showing.pulse(self.desk)
        return HTMLResponse(self._templates.get_template(template).render({**known, **values}))

    def draw_form(self, request: Request, template: str, *, here: str, **values: object) -> HTMLResponse:
        """As `draw`, for a page with forms: its `token` belongs to the cookie that the browser now holds."""
        seed = self.tokens.seed(request)
        page = self.draw(template, here=here, token=self.tokens.token(seed), **values)
        self.tokens.keep(request, page, seed)
        return page

    def refusal(self, status: int, happened: str = "") -> HTMLResponse:
        """A plain page that needs no database; `happened` replaces the usual sentence."""
        usual, then = REFUSALS.get(status, (HTTPStatus(status).phrase, ""))
        page = self._templates.get_template("refusal.html")
        said = {"status": status, "happened": happened or self.words(usual), "then": self.words(then) if then else ""}
        return HTMLResponse(page.render(said), status_code=status)
