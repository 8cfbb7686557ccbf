"""The panel about the public link: for the presenter link, login and QR code; for visitors what they can do."""

import html
from dataclasses import dataclass

import segno

from ui import words


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
            return f'<div class="line warning">{html.escape(self.problem)}</div>' if self.problem else ""
        if host.partition(":")[0] == self.url.partition("//")[2].strip("/"):
            return f'<div class="line info">{words.VISITOR}</div>'
        login = ""
        if self.login is not None:
            user, password = (f"<code>{html.escape(part)}</code>" for part in self.login)
            login = f"<p>{words.SHARED_LOGIN.format(user=user, password=password)}</p>"
        link = html.escape(self.url)
        return (
            f'<section class="sharing" aria-label="{words.SHARED_TITLE}">{_qr_code(self.url)}<div>'
            f'<h2>{words.SHARED_TITLE}</h2><p><a href="{link}">{link}</a></p>{login}'
            f"<p>{words.SHARED_CAN}</p><p>{words.SHARED_CANNOT}</p></div></section>"
        )


def _qr_code(url: str) -> str:
    """An SVG drawn here; white behind the code whatever the scheme, because scanners need it."""
    code = segno.make(url, error="m", micro=False)
    drawn = code.svg_inline(scale=4, border=4, dark="#000", light="#fff", title=words.SHARED_QR)
    return f'<div class="qr">{drawn}</div>'
