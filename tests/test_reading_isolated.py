"""A child process that reads a hostile file: bounded in time and memory, silent, and never left behind."""

import logging
import os
import signal
import subprocess
import sys
import threading

import pytest

from tests import bad_readers
from tests.running_app import is_alive, wait_until
from ui.reading import isolated
from ui.reading.errors import FILE_BROKEN, FILE_TOO_COMPLEX, UnreadableError
from ui.reading.isolated import FILES_BUSY, run_isolated


def test_data_and_options_go_there_and_text_comes_back():
    data = "Grüße \x00 “quoted”\n" * 200_000
    assert run_isolated(bad_readers.echoes, data.encode(), ending="!").text == data + "!"


@pytest.mark.slow
def test_a_reader_that_never_ends_is_killed_within_its_bound():
    with pytest.raises(UnreadableError, match="longer than 1 s"):
        run_isolated(bad_readers.is_busy_for_ever, b"", timeout_s=1)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not bound the address space")
def test_a_reader_that_balloons_is_stopped_at_its_bound():
    with pytest.raises(UnreadableError) as caught:
        run_isolated(bad_readers.balloons, b"", max_memory_bytes=300_000_000)
    assert str(caught.value) == FILE_TOO_COMPLEX


def test_a_reader_that_crashes_means_a_damaged_file(caplog):
    with pytest.raises(UnreadableError) as caught:
        run_isolated(bad_readers.dies, b"")
    assert str(caught.value) == FILE_BROKEN
    assert f"exit status {-signal.SIGABRT}" in caplog.text


def test_its_own_sentences_get_through():
    with pytest.raises(UnreadableError, match=r"^A sentence\.$"):
        run_isolated(bad_readers.explains, b"")


def test_any_other_failure_is_logged_without_the_words_of_the_file(caplog):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(UnreadableError) as caught:
        run_isolated(bad_readers.stumbles, b"a secret article")
    assert str(caught.value) == FILE_BROKEN
    assert "KeyError at bad_readers.py:" in caplog.text
    assert "secret" not in caplog.text


def test_what_libraries_print_goes_nowhere(capfd):
    assert run_isolated(bad_readers.chatters, b"").text == "quiet"
    assert capfd.readouterr() == ("", "")


def test_the_child_is_not_given_our_secrets(monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "secret")
    monkeypatch.setenv("NUTSHELL_AUTH", "user:secret")
    names = run_isolated(bad_readers.tells_environment, b"").paragraphs
    assert "PATH" in names
    assert not {"HF_TOKEN", "NUTSHELL_AUTH"} & set(names)


def test_the_child_starts_light():
    loaded = set(run_isolated(bad_readers.tells_modules, b"").paragraphs)
    assert not loaded & {"gradio", "requests", "numpy", "torch", "trafilatura", "pdfminer", "lxml"}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems end it by its clock")
def test_a_child_dies_with_its_parent(tmp_path):
    note = tmp_path / "number"
    code = (
        "from tests import bad_readers; from ui.reading.isolated import run_isolated;"
        f"run_isolated(bad_readers.tells_its_number_and_sleeps, {str(note)!r}.encode())"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=isolated._ROOT) as parent:
        wait_until(lambda: note.exists() and note.read_text(), timeout_s=120, what="the child has started")
        number = int(note.read_text())
        assert is_alive(number)
        parent.kill()
    wait_until(lambda: not is_alive(number), timeout_s=50, what="the child is gone")


def test_an_interrupted_reader_leaves_no_child(tmp_path):
    note = tmp_path / "number"
    main_thread = threading.main_thread().ident

    def interrupt_once_it_has_started():
        wait_until(lambda: note.exists() and note.read_text(), timeout_s=120, what="the child has started")
        signal.pthread_kill(main_thread, signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background processes ignore it
    try:
        threading.Thread(target=interrupt_once_it_has_started).start()
        with pytest.raises(KeyboardInterrupt):
            run_isolated(bad_readers.tells_its_number_and_sleeps, str(note).encode(), timeout_s=120)
    finally:
        signal.signal(signal.SIGINT, before)
    number = int(note.read_text())
    wait_until(lambda: not is_alive(number), timeout_s=50, what="the child is gone")


def test_only_so_many_run_at_the_same_time(monkeypatch):
    monkeypatch.setattr(isolated, "_places", threading.BoundedSemaphore(1))
    with isolated._places, pytest.raises(UnreadableError) as caught:
        run_isolated(bad_readers.echoes, b"", timeout_s=0.1)
    assert str(caught.value) == FILES_BUSY
    assert run_isolated(bad_readers.echoes, b"free again").text == "free again"


def test_many_threads_share_the_places():
    answers = []
    threads = [
        threading.Thread(target=lambda n=n: answers.append(run_isolated(bad_readers.echoes, b"%d" % n).text))
        for n in range(2 * isolated.MAX_RUNNING)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [str(n) for n in range(2 * isolated.MAX_RUNNING)]


def test_works_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run_isolated(bad_readers.echoes, b"text").text == "text"
    assert os.listdir() == []
