"""The panel about the public link: for the presenter link, login and QR code; for visitors what they can do."""

import html
from dataclasses import dataclass

import segno

from ui.view import pill

_TITLE = "This page is shared"
_CAN = "Visitors can summarize articles and files of their own. What they paste is worked on by this computer."
_CANNOT = (
    "They can't see your articles or each other's, nor your files. Nobody gets more than two places at a time, and the "
    "link ends when Nutshell ends."
)
_VISITOR = (
    "You are a guest on somebody's computer: what you paste is sent there, and not kept. "
    "Other guests don't see it. When it is busy, you wait in line."
)


@dataclass
class Sharing:
    """The public link, as far as there is one. Set after the page was launched: only then is the link known.

    Attributes:
        url: the public link; empty for none.
        login: user and password that visitors are asked for.
        problem: why there is no link though one was asked for, in a sentence.
    """

    url: str = ""
    login: tuple[str, str] | None = None
    problem: str = ""

    def panel(self, host: str) -> str:
        """The panel as HTML, empty where there is nothing to say.

        Args:
            host: the `Host` header of whoever looks: who came through the public link is a visitor.
        """
        if not self.url:
            return _pill("Not shared", f"<p>{html.escape(self.problem)}</p>") if self.problem else ""
        if host.partition(":")[0] == self.url.partition("//")[2].strip("/"):
            return _pill("Guest", f"<p>{_VISITOR}</p>")
        login = ""
        if self.login is not None:
            user, password = (f"<code>{html.escape(part)}</code>" for part in self.login)
            login = f"<p>Visitors log in as {user} with the password {password}.</p>"
        link = html.escape(self.url)
        way_in = f'<p><a href="{link}">{link}</a></p>{login}'
        return _pill(
            "Shared",
            f"{way_in}<p>{_CAN}</p><p>{_CANNOT}</p>"
            '<button type="button" class="full-screen" data-open="invitation">QR code, full screen</button>',
        ) + (
            f'<dialog id="invitation" aria-label="{_TITLE}"><button type="button" data-close>Close</button>'
            f"<h2>{_TITLE}</h2>{_qr_code(self.url)}{way_in}</dialog>"
        )


def _pill(name: str, body: str) -> str:
    return pill(name, f'<div class="popup" role="group">{body}</div>')


def _qr_code(url: str) -> str:
    """An SVG drawn here, as large as its place; white behind the code whatever the scheme, because scanners need it."""
    code = segno.make(url, error="m", micro=False)
    drawn = code.svg_inline(border=4, dark="#000", light="#fff", title="QR code of the public link", omitsize=True)
    return f'<div class="qr">{drawn}</div>'
