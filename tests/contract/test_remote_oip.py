"""Tensors of the open inference protocol: names, types, shapes and label order are checked."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from core.errors import ModelNotUsable
from tests.contract.conftest import ABUSE, Open, toxicity
from tests.contract.remote_configs import ORDER
from tests.contract.remote_server import (
    ReceivedRequest,
    RemoteServer,
    ServerAnswer,
    pairs,
    scores_of,
)

Rows = list[list[float]]


def grid(asked: ReceivedRequest) -> Rows:
    return [list(scores_of(text).values()) for text in asked.body["inputs"][0]["data"]]


def flat(rows: Rows) -> list[float]:
    return [value for row in rows for value in row]


def output(data: Any, shape: Any, name: str = "scores", datatype: str = "FP32", **more: Any) -> Any:
    return {"name": name, "datatype": datatype, "shape": shape, "data": data, **more}


def answers(*make: Callable[[Rows], Any], **more: Any) -> Callable[[ReceivedRequest], ServerAnswer]:
    return lambda asked: ServerAnswer({"outputs": [one(grid(asked)) for one in make], **more})


def other(rows: Rows) -> Any:
    return output([1.0] * len(rows) * 5, [len(rows), 5], name="embedding")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda rows: output(flat([list(one) for one in zip(*rows, strict=True)]), [5, len(rows)]),
         r"shape \[5, 4\] for 4 texts and 5 labels"),
        (lambda rows: output(flat(rows), [99]), r"20 values for a tensor of shape \[99\]"),
        (lambda rows: output(flat(rows), [len(rows) * 5]), r"shape \[20\] for 4 texts"),
        (lambda rows: output(flat(rows), [1, len(rows), 5]), r"shape \[1, 4, 5\] for 4 texts"),
        (lambda rows: output(flat(rows), [len(rows), -5]), "not a list of sizes"),
        (lambda rows: output(flat(rows), [len(rows), 5.0]), "not a list of sizes"),
        (lambda rows: output(flat(rows), 15), "not a list of sizes"),
        (lambda rows: output(flat(rows), None), "without its shape"),
        (lambda rows: output(flat(rows)[1:], [len(rows), 5]), r"19 values for a tensor"),
        (lambda rows: output([*flat(rows), 0.1], [len(rows), 5]), r"21 values for a tensor"),
        (lambda rows: output(flat(rows[1:]), [len(rows) - 1, 5]), r"shape \[3, 5\] for 4 texts"),
        (lambda rows: output(flat([*rows, rows[0]]), [len(rows) + 1, 5]), r"\[5, 5\] for 4 texts"),
        (lambda rows: output([rows[0][:4], [*rows[1], 0.1], *rows[2:]], [len(rows), 5]),
         "not of one length"),
        (lambda rows: output([*rows[:-1], 0.5], [len(rows), 5]), "not of one length"),
        (lambda rows: output([[row] for row in rows], [len(rows), 5]), "not of one length"),
        (lambda rows: output([list(one) for one in zip(*rows, strict=True)], [len(rows), 5]),
         "rows of other lengths than the shape"),
        (lambda rows: output([row[:4] for row in rows], [len(rows), 4]), r"\[4, 4\] for 4 texts"),
        (lambda rows: output([0] * 20, [len(rows), 5], datatype="INT64"), "number of the best"),
        (lambda rows: output([True] * 20, [len(rows), 5], datatype="BOOL"), "number of the best"),
        (lambda rows: output(flat(rows), [len(rows), 5], datatype="BYTES"), "number of the best"),
        (lambda rows: output([str(v) for v in flat(rows)], [len(rows), 5]), "not a number"),
        (lambda rows: output([True] * 20, [len(rows), 5]), "not a number"),
        (lambda rows: output("0.1", [len(rows), 5]), "of another kind"),
        (lambda rows: {"name": "scores", "shape": [len(rows), 5], "data": flat(rows)},
         "without `datatype`"),
        (lambda rows: output(flat(rows), [len(rows), 5], parameters={"labels": ORDER[::-1]}),
         "or another order of them"),
        (lambda rows: output(flat(rows), [len(rows), 5],
                             parameters={"labels": json.dumps([*ORDER[1:], ORDER[0]])}),
         "or another order of them"),
        (lambda rows: output(flat(rows), [len(rows), 5],
                             parameters={"id2label": {str(n): f"L{n}" for n in range(5)}}),
         "has other class names"),
    ],
)  # fmt: skip
def test_tensor_that_is_not_texts_by_labels_is_refused(
    server: RemoteServer, opened: Open, make: Callable[[Rows], Any], words: str
) -> None:
    server.override = answers(make)
    with pytest.raises(ModelNotUsable, match=words):
        opened("oip").load()


@pytest.mark.parametrize("names", [ORDER, json.dumps(ORDER), ",".join(ORDER)])
def test_label_order_that_the_server_reports_and_agrees_is_accepted(
    server: RemoteServer, opened: Open, names: Any
) -> None:
    server.override = answers(
        lambda rows: output(rows, [len(rows), 5], parameters={"labels": names})
    )
    assert toxicity(opened("oip")) == scores_of(ABUSE)["toxic"]


def test_label_order_of_the_whole_answer_must_agree_too(server: RemoteServer, opened: Open) -> None:
    named = {"parameters": {"class_names": ORDER[::-1]}}
    server.override = answers(lambda rows: output(rows, [len(rows), 5]), **named)
    with pytest.raises(ModelNotUsable, match="or another order of them"):
        opened("oip").load()


def test_of_several_tensors_none_is_guessed(server: RemoteServer, opened: Open) -> None:
    server.override = answers(other, lambda rows: output(flat(rows), [len(rows), 5]))
    with pytest.raises(ModelNotUsable, match=r"sent 2 outputs, .* right one in output_name"):
        opened("oip").load()
    assert toxicity(opened("oip", output_name="scores")) == scores_of(ABUSE)["toxic"]
    with pytest.raises(ModelNotUsable, match="no output of the name in output_name"):
        opened("oip", output_name="logits").load()


def test_two_tensors_of_one_name_are_refused(server: RemoteServer, opened: Open) -> None:
    server.override = answers(*[lambda rows: output(flat(rows), [len(rows), 5])] * 2)
    with pytest.raises(ModelNotUsable, match="two outputs of one name"):
        opened("oip").load()


def column(place: int, *, deep: bool = False) -> Callable[[Rows], Any]:
    def make(rows: Rows) -> Any:
        shape = [len(rows), 1] if deep else [len(rows)]
        return output([row[place] for row in rows], shape, name=ORDER[place])

    return make


@pytest.mark.parametrize("deep", [False, True])
def test_one_output_a_label_is_read_by_name(server: RemoteServer, opened: Open, deep: bool) -> None:
    server.override = answers(other, *[column(place, deep=deep) for place in (4, 2, 0, 1, 3)])
    result = opened("oip").score([ABUSE, "fine"]).results[0]
    assert result.scores == {label: scores_of(ABUSE)[name] for label, (name,) in labels_of(opened)}


def labels_of(opened: Open) -> list[tuple[Any, tuple[str, ...]]]:
    return list(opened("oip")._wire.labels.items())


def test_label_without_an_output_is_refused(server: RemoteServer, opened: Open) -> None:
    server.override = answers(*[column(place) for place in range(4)])
    with pytest.raises(ModelNotUsable, match="sent 4 outputs, not one a label"):
        opened("oip").load()


@pytest.mark.parametrize("change", [lambda data: data[1:], lambda data: [*data, 0.5]])
def test_output_of_a_label_with_another_number_of_texts_is_refused(
    server: RemoteServer, opened: Open, change: Callable[[list[float]], list[float]]
) -> None:
    def short(rows: Rows) -> Any:
        data = change([row[0] for row in rows])
        return output(data, [len(data)], name=ORDER[0])

    server.override = answers(short, *[column(place) for place in range(1, 5)])
    with pytest.raises(ModelNotUsable, match=r"a label of shape \[\d\] for 4 texts"):
        opened("oip").load()


def lists(asked: ReceivedRequest) -> list[Any]:
    return [pairs(scores_of(text)) for text in asked.body["inputs"][0]["data"]]


@pytest.mark.parametrize(
    "make",
    [
        lambda found: output([json.dumps(one) for one in found], [len(found), 1], datatype="BYTES"),
        lambda found: output([json.dumps(one) for one in found], [len(found)], datatype="BYTES"),
        lambda found: output(found, [len(found), 5], datatype="BYTES"),
        lambda found: output([json.dumps(p) for one in found for p in one], [len(found), 5],
                             datatype="BYTES"),
        lambda found: output([json.dumps({p["label"]: p["score"] for p in one}) for one in found],
                             [len(found)], datatype="BYTES"),
    ],
    ids=["lists deep", "lists", "nested", "a value a label", "by name"],
)  # fmt: skip
def test_labels_with_scores_in_bytes_are_read(
    server: RemoteServer, opened: Open, make: Callable[[list[Any]], Any]
) -> None:
    """As MLServer's Hugging Face runtime sends them."""
    server.override = lambda asked: ServerAnswer({"outputs": [make(lists(asked))]})
    assert toxicity(opened("oip")) == scores_of(ABUSE)["toxic"]


@pytest.mark.usefixtures("no_collection")
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda found: [json.dumps(one[0]) for one in found], "only the best label"),
        (lambda found: [json.dumps(one[:1]) for one in found], "only the best label"),
        (lambda found: [one[0]["label"] for one in found], "number of the best class"),
        (lambda found: [json.dumps(one) for one in found[1:]], r"3 values, .* for 4 texts"),
        (lambda found: [json.dumps(found)], r"1 values, .* for 4 texts"),
        (lambda found: [json.dumps([*one, one[0]]) for one in found], "a label twice"),
        (lambda found: ['{"toxic": 0.1, "toxic": 0.9}' for _ in found], "number of the best class"),
        (lambda found: ["[" * 100_000 for _ in found], "number of the best class"),
        (lambda found: [json.dumps(["a", "b"]) for _ in found], "number of the best class"),
    ],
)
def test_bytes_that_are_no_scores_are_refused(
    server: RemoteServer, opened: Open, make: Callable[[list[Any]], list[str]], words: str
) -> None:
    def answer(asked: ReceivedRequest) -> ServerAnswer:
        data = make(lists(asked))
        return ServerAnswer({"outputs": [output(data, [len(data)], datatype="BYTES")]})

    server.override = answer
    with pytest.raises(ModelNotUsable, match=words):
        opened("oip").load()


@pytest.mark.parametrize("outputs", [None, [], {}, [3], [None], [{}], ["x"], [[]]])
def test_outputs_of_another_kind_are_refused(
    server: RemoteServer, opened: Open, outputs: Any
) -> None:
    server.override = lambda _asked: ServerAnswer({"outputs": outputs})
    with pytest.raises(ModelNotUsable):
        opened("oip").load()
