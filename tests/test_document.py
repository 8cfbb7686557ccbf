"""The document that Gradio serves ends in our style and script and says of itself what we say; all else stays."""

import asyncio

import pytest

from ui.document import Document, WithDocument


def answer(tmp_path, content_type, *pieces, headers=(), path="/", host=b"127.0.0.1:7860", proto=None):
    """What a browser gets of an application that answers in these pieces."""

    async def app(scope, receive, send):
        start = [(b"content-type", content_type.encode()), *headers]
        await send({"type": "http.response.start", "status": 200, "headers": start})
        for i, piece in enumerate(pieces):
            await send({"type": "http.response.body", "body": piece, "more_body": i + 1 < len(pieces)})

    sent = []

    async def receive():
        await asyncio.Event().wait()

    async def send(message):
        sent.append(message)

    picture = tmp_path / "picture.png"
    picture.write_bytes(b"a picture")
    document = Document("Nut & shell", "In one.", picture=picture, style="p {}", script='say("</script>")')
    asked = [(b"host", host), *([(b"x-forwarded-proto", proto)] if proto else [])]
    scope = {"type": "http", "method": "GET", "scheme": "http", "path": path, "query_string": b"", "headers": asked}
    asyncio.run(WithDocument(app, document)(scope, receive, send))
    return dict(sent[0]["headers"]), [message["body"] for message in sent[1:]]


END = b'<style>p {}</style><script>say("<\\/script>")</script>'


@pytest.mark.parametrize(
    ("pieces", "page"),
    [
        ([b"<body>Hi</body></html>"], b"<body>Hi" + END + b"</body></html>"),
        ([b"<body>Hi</bo", b"dy></html>"], b"<body>Hi" + END + b"</body></html>"),
        ([b"<body>", b"Hi</body>", b""], b"<body>Hi" + END + b"</body>"),
        (["<body>“</body>” Zürich</body>".encode()], "<body>“</body>” Zürich".encode() + END + b"</body>"),
        ([b"<p>no document"], b"<p>no document"),
    ],
    ids=["whole", "cut in the mark", "three pieces", "the last mark counts", "a fragment"],
)
def test_style_and_script_are_at_the_end_of_the_body(tmp_path, pieces, page):
    length = (b"content-length", str(sum(map(len, pieces))).encode())
    headers, bodies = answer(tmp_path, "text/html; charset=utf-8", *pieces, headers=[length])
    assert b"".join(bodies) == page
    assert headers[b"content-length"] == str(len(page)).encode()


def test_answer_to_head_has_no_wrong_length(tmp_path):
    headers, bodies = answer(tmp_path, "text/html", b"", headers=[(b"content-length", b"22")])
    assert bodies == [b""]
    assert b"content-length" not in headers


@pytest.mark.parametrize(
    ("host", "proto", "address"),
    [
        (b"127.0.0.1:7860", None, "http://127.0.0.1:7860/link-preview.png"),
        (b"abc.gradio.live", b"https", "https://abc.gradio.live/link-preview.png"),
        (b"[::1]:7860", None, "http://[::1]:7860/link-preview.png"),
        (b"localhost", b"http", "http://localhost/link-preview.png"),
    ],
)
def test_link_preview_is_our_own_and_its_picture_has_a_whole_address(tmp_path, host, proto, address):
    gradios = (
        b'<html><head><meta charset="utf-8" />\n<meta property="og:title" content="Gradio" />\n'
        b'<meta\n\tproperty="og:description"\n\tcontent="Click to try out the app!"\n/>'
        b'<meta name="twitter:creator" content="@Gradio" /><script>1</script></head><body></body></html>'
    )
    _, bodies = answer(tmp_path, "text/html", gradios, host=host, proto=proto)
    page = b"".join(bodies).decode()
    assert "Gradio" not in page
    assert "Click to try" not in page
    assert page.count("og:title") == 1
    assert '<meta property="og:title" content="Nut &amp; shell">' in page
    assert f'<meta property="og:image" content="{address}">' in page
    assert page.index("<title>Nut &amp; shell</title>") < page.index("charset")
    assert "<script>1</script></head>" in page


def test_picture_is_served_to_whoever_asks(tmp_path):
    headers, bodies = answer(tmp_path, "text/html", b"a login", path="/link-preview.png")
    assert headers[b"content-type"] == b"image/png"
    assert b"".join(bodies) == b"a picture"


@pytest.mark.parametrize("content_type", ["application/json", "text/css", "text/event-stream", "text/plain"])
def test_everything_else_goes_on_as_it_comes(tmp_path, content_type):
    pieces = [b"<body>", b"</body>"]
    assert answer(tmp_path, content_type, *pieces)[1] == pieces
