"""The tutorial's own result, with the published weights: REAL_MODEL=DIR makes it run, where the model is at hand."""

import os

import pytest

from serving import summarize
from ui.samples import SAMPLES

pytestmark = [
    pytest.mark.real_model,
    pytest.mark.skipif("REAL_MODEL" not in os.environ, reason="opt-in: set REAL_MODEL to the model's folder or id"),
]

PRINTED_BY_THE_TUTORIAL = (
    "and walked on the moon. The astronauts of Apollo 11 steered their craft to the historic landing yesterday at "
    '4:17:40 P.M., Eastern daylight time. "That\'s one small step for man, one giant leap for mankind," Armstrong '
    "declared as he planted the first human footprint on the lunar crust. He radioed to earth and the mission control "
    'room: "Houston, Tranquility Base here. The Eagle has landed."'
)


def test_apollo_article_gives_what_the_tutorial_prints():
    text = summarize(SAMPLES[0].text, max_length=100, model=os.environ["REAL_MODEL"], method="abstractive")
    assert text == PRINTED_BY_THE_TUTORIAL
