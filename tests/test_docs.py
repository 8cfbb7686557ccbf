"""Documents are tested too: every setting is in the README, and what the README names is there."""

import re
from pathlib import Path

import pytest
import yaml

from command_line import AppConfig
from serving.api import create_api
from serving.config import ServingConfig
from serving.service import SummarizerService

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*AppConfig.model_fields, *ServingConfig.model_fields])
def test_setting_is_documented(name):
    assert f"`--{name.replace('_', '-')}`" in README


def test_documented_options_and_defaults_exist():
    flags = {"--" + name.replace("_", "-") for name in [*AppConfig.model_fields, *ServingConfig.model_fields]}
    assert set(re.findall(r"--[a-z][a-z-]+", README)) <= {*flags, "--help"}
    for name in ("max_article_chars", "max_length_tokens", "max_url_bytes", "request_timeout_s", "max_running"):
        assert f"{getattr(ServingConfig(), name):g}" in README


def test_routes_are_documented():
    for path in create_api(SummarizerService(ServingConfig())).openapi()["paths"]:
        assert f"`{path}`" in README or f" {path}?" in README or f" {path}`" in README, path


def test_make_verbs_exist():
    verbs = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?<=`)make ([a-z]+)|^make ([a-z]+)", README, re.MULTILINE)) <= {
        pair for verb in verbs for pair in ((verb, ""), ("", verb))
    }


def test_linked_files_exist():
    for path in (ROOT / "README.md", ROOT / "docs" / "architecture.md", ROOT / "deploy" / "README.md"):
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
