"""The HTTP contract, route by route, without Ray: every answer a client can provoke is a summary or a clear 4xx."""

import asyncio
import gzip
import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from serving.api import create_api
from serving.config import ServingConfig
from serving.guards import bodies
from serving.model_loader import LoaderStatus
from serving.service import SummarizerService
from tests.fake_engine import FakeEngine, FakeLoader
from tests.test_guards import HALF, answer_to

CASES = Path(__file__).parent / "cases"
ARTICLE = (
    "The town library reopened on Monday after two years of repairs. About three hundred readers came on the first "
    "morning, and the reading room was full by noon. The roof had leaked since the storm of 2019. Repairs cost 4.2 "
    "million euros, which the town paid without a loan. Children found a new room with a wooden whale in it. The "
    "librarian said she had missed the noise most of all."
)
WRITTEN = "The library is open again. It cost 4.2 million euros."

CONFIG = ServingConfig(model="someone/news", max_article_chars=5_000, max_waiting=2)


class Api:
    """A running API with its service in reach."""

    def __init__(self, client: TestClient, service: SummarizerService) -> None:
        self.client, self.service = client, service
        self.get, self.post = client.get, client.post
        self.use = service.loader.arrive


@pytest.fixture
def api():
    service = SummarizerService(CONFIG, FakeLoader())
    asyncio.run(service.start())
    with TestClient(create_api(service), raise_server_exceptions=False) as client:
        yield Api(client, service)
    service.close()


def events(response):
    found = []
    for block in response.text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


def test_key_sentences_until_there_is_a_model(api):
    answer = api.post("/summarize", json={"text": ARTICLE, "max_words": 30}).json()
    assert answer["method"] == "extractive"
    assert answer["model"] is None
    assert 0 < answer["num_summary_words"] <= 30
    assert answer["num_input_words"] == len(ARTICLE.split())


def test_the_model_once_it_is_there(api):
    api.use(FakeEngine(WRITTEN))
    answer = api.post("/summarize", json={"text": ARTICLE}).json()
    assert (answer["summary"], answer["method"], answer["model"]) == (WRITTEN, "abstractive", "someone/news")
    assert (answer["parts"], answer["finish_reason"]) == (1, "stop")


def test_extractive_on_request_although_there_is_a_model(api):
    engine = api.use(FakeEngine(WRITTEN))
    assert api.post("/summarize", json={"text": ARTICLE, "method": "extractive"}).json()["method"] == "extractive"
    assert engine.asked == []


def test_abstractive_without_a_model_is_503_with_a_reason(api):
    api.service.loader.status = LoaderStatus(state="failed", reason="No hub can be reached.")
    response = api.post("/summarize", json={"text": ARTICLE, "method": "abstractive"})
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert "No hub can be reached." in response.json()["message"]


def test_default_length_is_the_tutorials(api):
    engine = api.use(FakeEngine(WRITTEN))
    api.post("/summarize", json={"text": ARTICLE})
    assert engine.asked[0][1].max_length == 150


def test_unfinished_sentence_is_left_out_here_and_kept_for_the_tutorial(api):
    api.use(FakeEngine(WRITTEN + " Then it"))
    assert api.post("/summarize", json={"text": ARTICLE}).json()["summary"] == WRITTEN
    assert api.get("/Summarizer", params={"txt": ARTICLE}).text == WRITTEN + " Then it"


def test_bullets(api):
    api.use(FakeEngine(WRITTEN))
    answer = api.post("/summarize", json={"text": ARTICLE, "format": "bullets"}).json()
    assert answer["summary"].splitlines() == ["- The library is open again.", "- It cost 4.2 million euros."]


def test_stream_ends_with_the_result(api):
    api.use(FakeEngine(WRITTEN))
    response = api.post("/summarize/stream", json={"text": ARTICLE})
    assert response.headers["content-type"].startswith("text/event-stream")
    got = events(response)
    assert got[-1][0] == "result"
    assert got[-1][1]["summary"] == WRITTEN
    assert {name for name, _ in got} <= {"queued", "progress", "draft", "result"}
    assert "progress" in {name for name, _ in got}


@pytest.mark.slow
def test_stream_draft_grows_and_is_not_sent_at_every_step(api):
    engine = api.use(FakeEngine(" ".join(["word"] * 60), step_s=0.02))
    got = events(api.post("/summarize/stream", json={"text": ARTICLE}))
    drafts = [data["text"] for name, data in got if name == "draft"]
    assert 2 <= len(drafts) <= 8
    assert drafts == sorted(drafts, key=len)
    assert engine.num_steps == 60


def test_stream_failure_inside_is_an_error_event_without_its_words(api, caplog):
    engine = api.use(FakeEngine())
    engine.failure = RuntimeError(ARTICLE)
    got = events(api.post("/summarize/stream", json={"text": ARTICLE}))
    assert got[-1][0] == "error"
    assert got[-1][1]["error"] == "internal"
    assert "library" not in json.dumps(got[-1]) + caplog.text


def test_bug_is_a_json_500_and_logs_no_article(api, caplog):
    engine = api.use(FakeEngine())
    engine.failure = RuntimeError(ARTICLE)
    response = api.post("/summarize", json={"text": ARTICLE})
    assert (response.status_code, response.json()["error"]) == (500, "internal")
    assert "library" not in response.text + caplog.text
    assert "RuntimeError" in caplog.text


@pytest.mark.parametrize("path", ["/Summarizer", "/router"])
def test_tutorial_routes_answer_plain_text(api, path):
    engine = api.use(FakeEngine(WRITTEN))
    response = api.get(path, params={"txt": ARTICLE})
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.text == WRITTEN
    assert engine.asked[0][1].max_length == min(len(ARTICLE), 512)
    api.get(path, params={"txt": "Short news.", "max_length": 7})
    assert engine.asked[1][1].max_length == 7
    api.get(path, params={"txt": "Short news."})
    assert engine.asked[2][1].max_length == len("Short news.")


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("txt=AT%26T and R&D rose 50%&max_length=9", "AT&T and R&D rose 50%"),
        ("max_length=9&txt=one & two & three", "one & two & three"),
        ("txt=a+b", "a b"),
        ("txt=x=1 & y", "x=1 & y"),
    ],
)
def test_tutorials_unescaped_url_keeps_its_ampersands(api, query, text):
    engine = api.use(FakeEngine())
    assert api.get(f"/Summarizer?{query}").status_code == 200
    assert engine.asked[0][0] == text


def test_get_route_has_the_deployments_name():
    service = SummarizerService(CONFIG.model_copy(update={"deployment_name": "Kurzfassung"}), FakeLoader())
    client = TestClient(create_api(service))
    assert client.get("/Kurzfassung", params={"txt": ARTICLE}).status_code == 200
    assert client.get("/Summarizer", params={"txt": ARTICLE}).status_code == 404


def test_hugging_face_task_takes_generate_parameters(api):
    engine = api.use(FakeEngine(WRITTEN))
    parameters = {"generate_parameters": {"max_new_tokens": 20, "num_beams": 4, "length_penalty": 2}}
    answer = api.post("/summarization", json={"inputs": ARTICLE, "parameters": parameters}).json()
    assert answer == [{"summary_text": WRITTEN}]
    params = engine.asked[0][1]
    assert (params.max_length, params.num_beams, params.length_penalty) == (21, 4, 2.0)
    assert params.repetition_penalty == 2.5


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": 5}, "text"),
        ({"text": None}, "text"),
        ({"text": ["a"]}, "text"),
        ({"text": ARTICLE, "max_length": 0}, "max_length"),
        ({"text": ARTICLE, "max_length": 513}, "max_length"),
        ({"text": ARTICLE, "max_length": "60"}, "max_length"),
        ({"text": ARTICLE, "max_length": True}, "max_length"),
        ({"text": ARTICLE, "max_length": 60.5}, "max_length"),
        ({"text": ARTICLE, "max_words": 0}, "max_words"),
        ({"text": ARTICLE, "format": "poem"}, "format"),
        ({"text": ARTICLE, "method": "magic"}, "method"),
        ({"text": ARTICLE, "max_lenght": 60}, "max_lenght"),
        ({"text": ""}, "text"),
        ({"text": " \n\t "}, "text"),
        ({"text": "\x00\x01\x02"}, "text"),
        ({"text": "… !!! ---"}, "text"),
        ({"text": "😀😀 🎉"}, "text"),
    ],
    ids=lambda value: value if isinstance(value, str) else json.dumps(value)[:60],
)
@pytest.mark.parametrize("path", ["/summarize", "/summarize/stream"])
def test_wrong_field_is_named(api, path, body, field):
    response = api.post(path, json=body)
    assert response.status_code == 422
    answer = response.json()
    assert answer["error"] == "invalid_request"
    assert list(answer["fields"]) == [field]
    assert answer["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b'{"text": ' + b"[" * 50_000,
        b'{"text": "\xff\xfe"}',
        b'{"text": "a", "max_length": ' + b"9" * 6000 + b"}",
    ],
    ids=["empty", "open brace", "no JSON", "nested too deep", "no UTF-8", "endless number"],
)
def test_broken_json_is_422(api, body):
    response = api.post("/summarize", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 422
    assert response.json()["error"] == "invalid_request"


def test_form_instead_of_json_is_told_what_to_send(api):
    response = api.post("/summarize", content=b"text=hello")
    assert response.status_code == 422
    assert "Content-Type: application/json" in response.json()["message"]


@pytest.mark.parametrize(
    "body",
    [
        b'{"text": "news", "\\ud800": 1}',
        b'{"text": "' + b"\\ud83d" * 40 + b' some words"}',
        b'{"\\u0000": 1, "text": "a"}',
    ],
)
def test_lone_surrogates_and_odd_names_break_nothing(api, body):
    response = api.post("/summarize", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code in {200, 422}
    assert response.json()


def test_hugging_face_unknown_parameter_is_named(api):
    body = {"inputs": ARTICLE, "parameters": {"generate_parameters": {"num_beams": 99, "top_q": 1}}}
    response = api.post("/summarization", json=body)
    assert response.status_code == 422
    assert set(response.json()["fields"]) == {"generate_parameters.num_beams", "generate_parameters.top_q"}


def test_empty_text_is_named_as_the_client_calls_it(api):
    assert list(api.post("/summarization", json={"inputs": " "}).json()["fields"]) == ["inputs"]
    assert list(api.get("/Summarizer", params={"txt": "!"}).json()["fields"]) == ["txt"]


def test_endless_word_is_cut(api):
    answer = api.post("/summarize", json={"text": "a" * 4_900, "method": "extractive"}).json()
    assert len(answer["summary"]) < 100
    assert answer["finish_reason"] == "length"


def test_get_unknown_parameter_is_named(api):
    response = api.get("/Summarizer", params={"txt": ARTICLE, "maxlength": 5})
    assert (response.status_code, list(response.json()["fields"])) == (422, ["maxlength"])


def test_too_many_characters_is_413(api):
    response = api.post("/summarize", json={"text": "news " * 1001})
    assert (response.status_code, response.json()["error"]) == (413, "too_large")
    assert api.post("/summarize", json={"text": "news " * 1000}).status_code == 200


@pytest.mark.parametrize("declared", [True, False], ids=["by its Content-Length", "while it streams in"])
def test_too_large_a_body_is_413_before_it_is_read(api, declared):
    num_sent = 0
    limit = CONFIG.max_body_bytes

    def pieces():
        nonlocal num_sent
        for _ in range(100):
            num_sent += limit // 10
            yield b"x" * (limit // 10)

    headers = {
        "Content-Type": "application/json",
        **({"Content-Length": str(limit * 10)} if declared else {}),
    }
    response = api.post("/summarize", content=pieces(), headers=headers)
    assert (response.status_code, response.json()["error"]) == (413, "too_large")


def test_body_that_never_comes_is_408(monkeypatch):
    monkeypatch.setattr(bodies, "MAX_UPLOAD_S", 0.1)
    sent = answer_to(create_api(SummarizerService(CONFIG, FakeLoader())), [HALF])
    assert [message["status"] for message in sent if "status" in message] == [408]
    assert json.loads(sent[-1]["body"])["error"] == "upload_timeout"


def test_body_of_escapes_within_the_limit_is_read(api):
    body = '{"text": "' + "\\ud83d\\ude00" * 4_990 + ' one word"}'
    assert api.post("/summarize", content=body, headers={"Content-Type": "application/json"}).status_code == 200


@pytest.mark.parametrize(("verb", "path", "status"), [("get", "/nothing", 404), ("delete", "/status", 405)])
def test_unknown_routes_and_verbs_are_json_too(api, verb, path, status):
    response = getattr(api.client, verb)(path)
    assert response.status_code == status
    assert response.json()["message"]
    assert response.headers.get("allow") == {404: None, 405: "GET"}[status]


@pytest.mark.parametrize(
    ("inputs", "fields"),
    [
        (5, {"inputs": "Input should be a valid string, or: Input should be a valid list"}),
        (None, {"inputs": "Input should be a valid string, or: Input should be a valid list"}),
        ([ARTICLE, 2], {"inputs": "Input should be a valid string", "inputs.1": "Input should be a valid string"}),
    ],
)
def test_a_field_of_several_types_is_named_without_them(api, inputs, fields):
    answer = api.post("/summarization", json={"inputs": inputs})
    assert answer.status_code == 422
    assert answer.json()["fields"] == fields


@pytest.mark.parametrize("name", ["list", "body", "str"])
def test_a_field_that_is_called_like_a_type_is_named(api, name):
    assert api.post("/summarize", json={"text": ARTICLE, name: 1}).json()["fields"] == {name: "unknown field"}


def test_a_packed_body_is_told(api):
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    answer = api.post("/summarize", content=gzip.compress(b"{}"), headers=headers)
    assert (answer.status_code, answer.json()["fields"]) == (422, {"content-encoding": "gzip"})


def test_errors_of_all_routes_are_described_as_json(api):
    for path, verbs in api.get("/openapi.json").json()["paths"].items():
        for verb in verbs.values():
            errors = [found for status, found in verb["responses"].items() if int(status) >= 400]
            assert all(list(found["content"]) == ["application/json"] for found in errors), path


def test_status_health_ready(api):
    status = api.get("/status").json()
    assert (status["model"], status["method"], status["model_state"]) == (
        "someone/news",
        "extractive",
        "absent",
    )
    assert status["limits"]["max_article_chars"] == 5_000
    assert status["queue"] == {"num_running": 0, "num_waiting": 0}
    assert status["versions"]["transformers"]
    assert api.get("/health").json() == {"status": "ok"}
    assert api.get("/ready").json() == {"ready": True, "method": "extractive"}
    absent = api.get("/ready", params={"method": "abstractive"})
    refused = api.post("/summarize", json={"text": ARTICLE, "method": "abstractive"})
    assert (absent.status_code, absent.json()) == (503, refused.json())
    api.use(FakeEngine())
    assert api.get("/ready", params={"method": "abstractive"}).json() == {
        "ready": True,
        "method": "abstractive",
    }


def test_not_ready_before_the_warm_up():
    api = TestClient(create_api(SummarizerService(CONFIG, FakeLoader())))
    assert api.get("/ready").status_code == 503
    assert api.get("/health").status_code == 200


def test_openapi_has_examples_and_the_docs_page_fetches_nothing_from_elsewhere(api):
    schema = api.get("/openapi.json").json()
    assert {"/summarize", "/summarize/stream", "/summarization", "/Summarizer", "/router", "/status"} <= set(
        schema["paths"]
    )
    assert schema["components"]["schemas"]["SummarizeRequest"]["examples"]
    page = api.get("/docs").text
    assert "http" not in page.replace("http-equiv", "")


LANGUAGES = {
    "Arabic": "افتتحت المكتبة يوم الاثنين. جاء ثلاثمئة قارئ.",
    "Bengali": "সোমবার গ্রন্থাগার খুলেছে। অনেক পাঠক এসেছিলেন।",
    "Chinese": "图书馆星期一重新开放。三百名读者来了。",
    "Czech": "Knihovna se v pondělí znovu otevřela. Přišlo tři sta čtenářů.",
    "Dutch": "De bibliotheek ging maandag weer open.",
    "Finnish": "Kirjasto avattiin maanantaina.",
    "French": "La bibliothèque a rouvert lundi. Trois cents lecteurs sont venus.",
    "German": "Die Bücherei öffnete am Montag.",
    "Greek": "Η βιβλιοθήκη άνοιξε τη Δευτέρα.",
    "Hebrew": "הספרייה נפתחה ביום שני. שלוש מאות קוראים הגיעו.",
    "Hindi": "पुस्तकालय सोमवार को खुला। तीन सौ पाठक आए।",
    "Italian": "La biblioteca ha riaperto lunedì.",
    "Japanese": "図書館は月曜日に再開した。三百人の読者が来た。",
    "Korean": "도서관이 월요일에 다시 문을 열었다.",
    "Persian": "کتابخانه روز دوشنبه باز شد.",
    "Polish": "Biblioteka otworzyła się w poniedziałek.",
    "Portuguese": "A biblioteca reabriu na segunda-feira.",
    "Russian": "Библиотека открылась в понедельник.",
    "Spanish": "La biblioteca reabrió el lunes. Vinieron trescientos lectores.",
    "Thai": "ห้องสมุดเปิดเมื่อวันจันทร์",
    "Turkish": "Kütüphane pazartesi günü açıldı.",
    "Vietnamese": "Thư viện mở cửa lại vào thứ Hai.",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_any_language_gets_a_summary(api, language):
    answer = api.post("/summarize", json={"text": LANGUAGES[language] * 5, "max_words": 40})
    assert answer.status_code == 200
    assert answer.json()["summary"].strip()


@pytest.mark.parametrize(
    "text",
    [
        "a" * 4_999,
        "word " * 900,
        "x\n" * 2_000,
        "(" * 2_000 + "news" + ")" * 2_000,
        "a.b." * 1_000,
        "\u202eabc def\u202c. " * 50,
        "e\u0301" * 900,
    ],
    ids=[
        "one endless word",
        "no sentence end",
        "one letter a line",
        "brackets",
        "dots",
        "right-to-left override",
        "accents",
    ],
)
def test_odd_texts_get_a_summary_within_the_length(api, text):
    answer = api.post("/summarize", json={"text": text, "max_words": 20})
    assert answer.status_code == 200
    assert 0 < answer.json()["num_summary_words"] <= 20


@pytest.mark.parametrize(
    ("words", "doubts"),
    [
        ("The fine was 12,000 euros and 350 people have left since 5 March.", []),
        ("The fine was 12.000 euros and 350 people have left since March 5, 2026.", []),
        ("The fine was for 12 people, and 53 have left since 6 March.", ["12", "53", "6 March"]),
    ],
)
def test_numbers_in_another_notation_than_the_article_s_raise_no_doubts(api, words, doubts):
    article = (CASES / "numbers-the-european-way.txt").read_text(encoding="utf-8")
    api.use(FakeEngine(words))
    answer = api.post("/summarize", json={"text": article, "method": "abstractive"}).json()
    assert [fact["text"] for fact in answer["unsupported"]] == doubts
