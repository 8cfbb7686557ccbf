"""Why there is no text: the one exception of this package."""


class UnreadableError(Exception):
    """A file or a web page that gives no article text; `str(error)` tells the reader why and what to do."""
