"""Our script is in every HTML page, at its end, and nothing else is touched."""

import asyncio

import pytest

from ui.document import WithScript


def answer(content_type, *pieces, headers=(), kind="http"):
    """What a browser gets of an application that answers in these pieces."""

    async def app(scope, receive, send):
        start = [(b"content-type", content_type.encode()), *headers]
        await send({"type": "http.response.start", "status": 200, "headers": start})
        for i, piece in enumerate(pieces):
            await send({"type": "http.response.body", "body": piece, "more_body": i + 1 < len(pieces)})

    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(WithScript(app, 'say("</script>")')({"type": kind}, None, send))
    return dict(sent[0]["headers"]), [message["body"] for message in sent[1:]]


SCRIPT = b'<script>say("<\\/script>")</script>'


@pytest.mark.parametrize(
    ("pieces", "page"),
    [
        ([b"<body>Hi</body></html>"], b"<body>Hi" + SCRIPT + b"</body></html>"),
        ([b"<body>Hi</bo", b"dy></html>"], b"<body>Hi" + SCRIPT + b"</body></html>"),
        ([b"<body>", b"Hi</body>", b""], b"<body>Hi" + SCRIPT + b"</body>"),
        (["<body>“</body>” Zürich</body>".encode()], "<body>“</body>” Zürich".encode() + SCRIPT + b"</body>"),
        ([b"<p>no document"], b"<p>no document"),
    ],
    ids=["whole", "cut in the mark", "three pieces", "the last mark counts", "a fragment"],
)
def test_script_is_at_the_end_of_the_body(pieces, page):
    length = (b"content-length", str(sum(map(len, pieces))).encode())
    headers, bodies = answer("text/html; charset=utf-8", *pieces, headers=[length])
    assert b"".join(bodies) == page
    assert headers[b"content-length"] == str(len(page)).encode()


def test_answer_to_head_has_no_wrong_length():
    headers, bodies = answer("text/html", b"", headers=[(b"content-length", b"22")])
    assert bodies == [b""]
    assert b"content-length" not in headers


@pytest.mark.parametrize("content_type", ["application/json", "text/css", "text/event-stream", "text/plain"])
def test_everything_else_goes_on_as_it_comes(content_type):
    pieces = [b"<body>", b"</body>"]
    assert answer(content_type, *pieces)[1] == pieces
