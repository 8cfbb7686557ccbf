"""What a scrape of /metrics holds, and what the Grafana board draws of it."""

import json

from prometheus_client.parser import text_string_to_metric_families

from tests.running_app import ROOT


def samples(page):
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(page.decode())
        for sample in family.samples
    }


def total(scraped, name, **labels):
    return sum(
        value for (found, *pairs), value in scraped.items() if found == name and labels.items() <= dict(pairs).items()
    )


def board():
    return json.loads((ROOT / "deploy" / "grafana.json").read_text(encoding="utf-8"))


def targets():
    return [target for panel in board()["panels"] for target in panel.get("targets", [])]
