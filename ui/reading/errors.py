"""Why there is no text: the one exception of this package, and the reasons that several readers give."""

FILE_EMPTY = "There are no words in this file. Choose another one, or paste the text."
FILE_UNKNOWN = (
    "This kind of file can't be read. Choose a text, Markdown, HTML, PDF or Word (.docx) file, or paste the text."
)
FILE_LOCKED = "This file is protected by a password. Save a copy without the password, or paste the text."
FILE_BROKEN = "This file is damaged or incomplete. Save or download it again, or paste the text."
FILE_TOO_COMPLEX = "This file needs too much memory to be read. Choose a simpler one, or paste the text."


class UnreadableError(Exception):
    """A file or a web page that gives no article text; `str(error)` tells the reader why and what to do."""
