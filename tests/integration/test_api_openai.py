"""OpenAI's own client with `/v1/moderations`; categories that were not assessed are marked."""

from collections.abc import Iterator
from pathlib import Path

import openai
import pytest

from core.inference.fake import POISON
from core.moderation.decisions import judge
from core.moderation.default_policy import default_policy
from core.moderation.scores import Label
from core.serving.openai_moderations import CATEGORIES
from tests.integration.api_server import Running, running_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_server(tmp_path_factory.mktemp("openai")) as server:
        yield server


@pytest.fixture(scope="module")
def client(server: Running) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0) as client:
        yield client


def test_a_text_is_scored(client: openai.OpenAI, server: Running) -> None:
    answer = client.moderations.create(input="You moron.")
    assert answer.model == "fake-1"
    assert answer.id.startswith("modr-")
    (result,) = answer.results
    assert result.flagged is True
    assert result.categories.harassment is True
    assert result.category_scores.harassment == 0.99
    assert result.category_scores.hate == 0.02
    assert result.categories.hate is False


def test_a_list_has_one_result_each_in_order(client: openai.OpenAI) -> None:
    answer = client.moderations.create(
        model="omni-moderation-latest", input=["Good day.", "I kill you", "vermin"]
    )
    assert [result.flagged for result in answer.results] == [False, True, True]
    assert answer.results[1].categories.harassment_threatening is True
    assert answer.results[2].categories.hate is True


def test_parts_are_one_item(client: openai.OpenAI) -> None:
    parts = [{"type": "text", "text": "Good day."}, {"type": "text", "text": "Moron."}]
    answer = client.moderations.create(input=parts)  # type: ignore[arg-type]
    assert [result.flagged for result in answer.results] == [True]


def test_what_nobody_assessed_says_so(client: openai.OpenAI) -> None:
    (result,) = client.moderations.create(input="I kill you, moron").results
    raw = result.model_dump(by_alias=True)
    assert set(raw["categories"]) == set(raw["category_scores"]) == set(CATEGORIES)
    for name, labels in CATEGORIES.items():
        looked = raw["category_applied_input_types"][name]
        assert looked == (["text"] if labels else [])
        if not labels:
            assert (raw["categories"][name], raw["category_scores"][name]) == (False, 0.0)
    assert raw["modconsole"]["not_assessed"] == ["severe_toxicity"]
    assert raw["modconsole"]["action"] == "remove"


def test_a_label_of_no_category_still_flags_and_shows(client: openai.OpenAI) -> None:
    (result,) = client.moderations.create(input="damn").results
    ours = result.model_dump()["modconsole"]
    assert result.flagged is True
    assert ours["scores"]["obscene"] == 0.6
    assert not any(value for value in result.categories.model_dump().values())
    assert ours["rule_ids"] == ["obscene-hold"]


def test_every_label_is_mapped_or_named_as_unmapped() -> None:
    mapped = {label for labels in CATEGORIES.values() for label in labels}
    assert set(Label) - mapped == {Label.OBSCENE}


def test_flagged_is_what_the_policy_in_force_says(client: openai.OpenAI, server: Running) -> None:
    policy = default_policy(server.services.clock.now())
    texts = ["fine", "damn", "idiot", "moron", "vermin"]
    answer = client.moderations.create(input=texts)
    for text, result in zip(texts, answer.results, strict=True):
        scores = server.backend.score([text]).results[0].scores
        assert result.flagged == (judge(scores, policy).action != "approve")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("", "the text is empty"),
        ([], "holds no text"),
        (["fine", " "], r"input\[1\]"),
        (["x"] * 101, "at most 100"),
        (["a\x00"], "NUL"),
        ([{"type": "image_url", "image_url": {"url": "x"}}], "images are not scored"),
        (5, "must be a text or a list"),
        ([5], "must be text"),
        ("<p></p>", "nothing readable"),
    ],
)
def test_a_wrong_input_is_their_bad_request(
    client: openai.OpenAI, given: object, words: str
) -> None:
    with pytest.raises(openai.BadRequestError, match=words) as refusal:
        client.moderations.create(input=given)  # type: ignore[arg-type]
    assert refusal.value.type == "invalid_request_error"
    assert refusal.value.request_id


def test_a_text_that_breaks_the_backend_is_named(client: openai.OpenAI) -> None:
    with pytest.raises(openai.APIStatusError, match=r"Text 1 \(from 0\)") as refusal:
        client.moderations.create(input=["fine", f"a {POISON}"])
    assert refusal.value.status_code == 424
    assert POISON not in str(refusal.value)
    assert client.moderations.create(input="fine").results[0].flagged is False


def test_a_backend_that_is_down_is_their_server_error(
    client: openai.OpenAI, server: Running
) -> None:
    server.backend.is_down = True
    try:
        with pytest.raises(openai.InternalServerError) as refusal:
            client.moderations.create(input="fine")
    finally:
        server.backend.is_down = False
    assert refusal.value.status_code == 503
    assert refusal.value.type == "server_error"


def test_a_missing_key_is_their_authentication_error(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        keys = server.services.settings.api_keys_dir
        from core.serving.api_keys import KeyFolder
        from core.serving.key_ring import KeyRing

        key = KeyFolder(keys).create("site", server.services.clock.now())
        server.process.access._keys = KeyRing(KeyFolder(keys), server.services.clock.monotonic)
        base = f"{server.url}/v1"
        with (
            openai.OpenAI(base_url=base, api_key="wrong", max_retries=0) as stranger,
            pytest.raises(openai.AuthenticationError),
        ):
            stranger.moderations.create(input="fine")
        with openai.OpenAI(base_url=base, api_key=key, max_retries=0) as known:
            assert known.moderations.create(input="fine").results[0].flagged is False


def test_nothing_is_stored(client: openai.OpenAI, server: Running) -> None:
    client.moderations.create(input="moron")
    with server.services.context.store.read() as reader:
        assert reader.is_empty()
