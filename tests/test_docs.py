"""Documents are tested too: what they say of settings, routes, verbs and files is so."""

import re
from pathlib import Path

import pytest
import yaml

from command_line import AppConfig
from docs import options
from serving.api import create_api
from serving.config import ServingConfig
from serving.service import SummarizerService
from tests.fake_engine import FakeLoader

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "deploy" / "README.md",
]
FLAGS = {"--" + name.replace("_", "-") for name in [*AppConfig.model_fields, *ServingConfig.model_fields]}


def test_the_table_of_options_is_todays():
    page = options.PAGE.read_text(encoding="utf-8")
    assert page == options.with_table(page), "run: python -m docs.options"
    assert {f"`{flag}`" for flag in FLAGS} <= set(re.findall("`--[a-z-]+`", page))


@pytest.mark.parametrize("path", ["README.md", "docs/demo.md", "docs/operate.md", "docs/api.md", "docs/security.md"])
def test_options_that_are_named_exist(path):
    named = set(re.findall(r"(?<![-\w])--[a-z][a-z-]+", (ROOT / path).read_text(encoding="utf-8")))
    assert named <= {*FLAGS, "--help"}


def test_the_readme_is_short():
    assert len(README.split()) <= 700


def test_routes_are_documented():
    api = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    for path in create_api(SummarizerService(ServingConfig(), FakeLoader())).openapi()["paths"]:
        assert f"`{path}`" in api or f" {path}?" in api or f" {path}`" in api, path


def test_keys_that_are_made_as_written_can_be_given_as_written():
    """Those of `token_urlsafe` begin with a dash now and then, which an option's value must not."""
    files = [*DOCS, *(ROOT / "deploy").glob("*.yaml")]
    made = [call for path in files for call in re.findall(r"secrets\.\w+", path.read_text(encoding="utf-8"))]
    assert set(made) == {"secrets.token_hex"}


def test_make_verbs_exist():
    verbs = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?<=`)make ([a-z]+)|^make ([a-z]+)", README, re.MULTILINE)) <= {
        pair for verb in verbs for pair in ((verb, ""), ("", verb))
    }


def test_linked_files_exist():
    for path in DOCS:
        for link in re.findall(r"\]\((?!http)([^)#]+)", path.read_text(encoding="utf-8")):
            assert (path.parent / link).exists(), f"{path.name}: {link}"


def test_cluster_config_fits_the_settings():
    config = yaml.safe_load((ROOT / "deploy" / "serve_config.yaml").read_text())
    ServingConfig(**config["applications"][0]["args"])
    kuberay = yaml.safe_load((ROOT / "deploy" / "kuberay.yaml").read_text())
    ServingConfig(**yaml.safe_load(kuberay["spec"]["serveConfigV2"])["applications"][0]["args"])


def test_no_stray_address_or_path_of_a_machine():
    for path in [*ROOT.glob("*.*"), *ROOT.glob("[a-z]*/**/*.*")]:
        if path.suffix in {".py", ".md", ".txt", ".toml", ".yaml"} and path != Path(__file__):
            assert b"/work/" not in path.read_bytes(), path
