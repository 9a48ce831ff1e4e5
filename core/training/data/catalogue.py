"""The named data sets: where each comes from, what its licence allows, and what its labels mean.

`query` yields one row a comment: `text`, `keys` (rows sharing any key stay on one side of the
split), `weight`, and one nullable column for each model label: a share in 0..1, null where
the set does not say. A comment people found clean counts as clean for every label.
"""

from dataclasses import dataclass
from enum import StrEnum

MACHINE_SETS = ("jigsaw_detoxify_scored",)
"""Sets labelled by a model: agreement with them does not measure quality."""


class DataSetUse(StrEnum):
    """The use of a set in this project."""

    TRAIN = "train"
    EVALUATE = "evaluate"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class DataSet:
    """A named file; in `query`, `{name}` is replaced by the path of the set called `name`."""

    name: str
    sha256: str
    licence: str
    origin: str
    use: DataSetUse
    why: str
    query: str = ""

    @property
    def file(self) -> str:
        """Path below the data folder."""
        return f"{self.name}/{self.name}.parquet"


_JIGSAW = """SELECT text, [norm_key] AS keys, 1.0 AS weight, toxic AS toxicity,
 {clean} AS obscene, {clean} AS threat, {clean} AS insult, {clean} AS identity_attack
 FROM '{{jigsaw_wiki}}'""".format(clean="if(toxic = 0, 0, NULL)")

_DAVIDSON = r"""SELECT regexp_replace(regexp_replace(text, '^["! ]*RT ', ''), '@\w+', '@user', 'g')
 AS text, [norm_key] AS keys, 1.0 AS weight, toxic AS toxicity,
 {clean} AS obscene, {clean} AS threat, {clean} AS insult,
 CASE WHEN hate = 1 THEN 1 WHEN hate_speech = 0 THEN 0 END AS identity_attack
 FROM '{{davidson_tweets}}'
 WHERE class_majority != 1 OR ('0x' || norm_key[:4])::INT % 3 = 0""".format(
    clean="if(toxic = 0, 0, NULL)"
)

_HATEMOJI = """SELECT text, [norm_key, 'hatemoji-' || least(entry_id, matched_id)] AS keys,
 1.0 AS weight, toxic AS toxicity, NULL AS obscene,
 if(type = 'threateninglanguage', 1, 0) AS threat, NULL AS insult, toxic AS identity_attack
 FROM '{hatemoji_build}'"""

_HATEXPLAIN = """SELECT replace(text, '<user>', '@user') AS text, [norm_key] AS keys,
 1.0 AS weight, toxic AS toxicity,
 {clean} AS obscene, {clean} AS threat, {clean} AS insult,
 CASE WHEN hate = 1 THEN 1 WHEN toxic = 0 THEN 0 END AS identity_attack
 FROM '{{hatexplain_val}}'""".format(clean="if(toxic = 0, 0, NULL)")

_SPANS_RAW = """SELECT text, [norm_key] AS keys, 1.0 AS weight,
 CASE WHEN norm_key NOT IN (SELECT norm_key FROM '{toxic_spans}')
  THEN 1 - least(raters_not_toxic / n_raters, 1)
  WHEN raters_not_toxic * 2 > n_raters THEN 0.8 ELSE 1 END AS toxicity,
 least(raters_obscene / n_raters, 1) AS obscene, least(raters_threat / n_raters, 1) AS threat,
 least(raters_insult / n_raters, 1) AS insult,
 least(raters_identity / n_raters, 1) AS identity_attack
 FROM '{toxic_spans_raw}' WHERE n_raters BETWEEN 1 AND 20"""

_SPANS = """SELECT text, [norm_key] AS keys, 1.0 AS weight, 1 AS toxicity, NULL AS obscene,
 NULL AS threat, NULL AS insult, NULL AS identity_attack
 FROM '{toxic_spans}' WHERE norm_key NOT IN (SELECT norm_key FROM '{toxic_spans_raw}')"""

_EDOS = """SELECT text, [norm_key] AS keys, 0.5 AS weight, NULL AS toxicity, NULL AS obscene,
 if(sexist = 1, if(label_category LIKE '1.%', 1, 0), NULL) AS threat, NULL AS insult,
 if(sexist = 1, 1, NULL) AS identity_attack FROM '{edos_sexism}'"""

_TOXIC_ONLY = """SELECT text, [norm_key] AS keys, 1.0 AS weight, toxic AS toxicity,
 NULL AS obscene, NULL AS threat, NULL AS insult, NULL AS identity_attack FROM '{{{name}}}'"""

_CAD = """SELECT replace(text, '[linebreak]', ' ') AS text, [norm_key] AS keys, 1.0 AS weight,
 toxic AS toxicity, NULL AS obscene, NULL AS threat, NULL AS insult,
 identity_abuse AS identity_attack FROM '{cad_reddit}'"""

_DETOXIFY = """SELECT text, [norm_key] AS keys, 0.5 AS weight, detoxify_toxicity AS toxicity,
 detoxify_obscene AS obscene, detoxify_threat AS threat, detoxify_insult AS insult,
 detoxify_identity_attack AS identity_attack FROM '{jigsaw_detoxify_scored}'"""

CATALOGUE: tuple[DataSet, ...] = (
    DataSet(
        "jigsaw_wiki",
        "86fddf03b4ce876f0bbab6c2a7e8e16b8434cee88d6b09f53194f5a6f39c18f7",
        "CC0 1.0 (Jigsaw labels; Wikipedia talk text CC BY-SA 3.0)",
        "Jigsaw Toxic Comment Classification Challenge, kaggle.com/c/"
        "jigsaw-toxic-comment-classification-challenge (mirror: github.com/khanhhk/"
        "Data-Systems-for-Toxic-Comment-Classification)",
        DataSetUse.TRAIN,
        "toxicity by about ten raters; clean rows are clean for every label",
        _JIGSAW,
    ),
    DataSet(
        "davidson_tweets",
        "22dad4b2196b0824f3cb770c07e1e264aaca15ee53b70b52840834eb7b00f74a",
        "MIT",
        "github.com/t-davidson/hate-speech-and-offensive-language",
        DataSetUse.TRAIN,
        "toxicity, and identity attack from the hate votes; only a third of the merely offensive "
        "tweets, since the set was sampled by a slur lexicon",
        _DAVIDSON,
    ),
    DataSet(
        "hatemoji_build",
        "592c0df4c4f40ef98dbd9122aabbe1404cfa6fe81d7bf26b5cf7cba76d80f333",
        "CC BY 4.0",
        "github.com/HannahKirk/Hatemoji",
        DataSetUse.TRAIN,
        "toxicity and identity attack; its type says which are threats; pairs stay together",
        _HATEMOJI,
    ),
    DataSet(
        "hatexplain_val",
        "47803836abdf741456af6f1fa60efa164ecbe69618f394e9f8feb28c8cc2beb6",
        "MIT",
        "github.com/hate-alert/HateXplain",
        DataSetUse.TRAIN,
        "toxicity; identity attack from hate speech against normal",
        _HATEXPLAIN,
    ),
    DataSet(
        "toxic_spans_raw",
        "928bba755c39a2f1d2e337e2afa3b5553acd01230298a2adcedd4e07c74044d0",
        "CC0 1.0",
        "github.com/ipavlopoulos/toxic_spans",
        DataSetUse.TRAIN,
        "share of raters for obscene, threat, insult, identity attack; toxicity as in toxic_spans, "
        "elsewhere the share of raters who did not call it clean",
        _SPANS_RAW,
    ),
    DataSet(
        "toxic_spans",
        "fa4b6fe1e399f89b5eef7b0caae6040c107dd1241a8ed65cd4c0dce5fa486fcb",
        "CC0 1.0",
        "github.com/ipavlopoulos/toxic_spans",
        DataSetUse.TRAIN,
        "all toxic; only rows that toxic_spans_raw lacks",
        _SPANS,
    ),
    DataSet(
        "edos_sexism",
        "0f7fb0492b3b3e35a6cd05be5f92ad94d400434cb2ac2fdbd323bbdb4fda0d96",
        "CC0 1.0",
        "github.com/rewire-online/edos",
        DataSetUse.TRAIN,
        "sexist rows for identity attack, their category says which are threats; the rest as the "
        "teachers score them",
        _EDOS,
    ),
    DataSet(
        "cad_reddit",
        "dea560a03e5184b317586633c5a924b555e52eb3e4c4a0932226a195e73d3ab6",
        "CC BY 4.0, as far as known: its files say freely available and name no licence",
        "zenodo.org/record/4881008",
        DataSetUse.TRAIN,
        "toxicity and identity attack as experts agreed in the thread, counter-speech clean; the "
        "parent is not in the file",
        _CAD,
    ),
    DataSet(
        "jigsaw_detoxify_scored",
        "2da04ca74c9f0d76efde0ec44aaa155eb2c4fcad04909014404876ae1c684e16",
        "MIT (scores); Jigsaw 2018 text (CC0, Wikipedia CC BY-SA 3.0)",
        "github.com/RobertNimmo26/Toxic-Comments-XAI-Study",
        DataSetUse.TRAIN,
        "all five labels as Detoxify original-small scores them, no label by a person; on the "
        "training side the teachers' scores are learnt in their place",
        _DETOXIFY,
    ),
    DataSet(
        "wiki_context_gn",
        "530049b5ff3c01025933b51ca850487114fb63fd41a4045ec5f0be899d1e53a8",
        "Apache-2.0",
        "github.com/ipavlopoulos/context_toxicity",
        DataSetUse.EVALUATE,
        "the only set at a real base rate: sets the thresholds and measures false positives",
        _TOXIC_ONLY.format(name="wiki_context_gn"),
    ),
    DataSet(
        "identity_templates_dev",
        "d4c327d8dd6ed205ecffecc41874925c90de0bacc4845d5a6fd410771c01d7e0",
        "CC BY 4.0",
        "github.com/conversationai/unintended-ml-bias-analysis",
        DataSetUse.EVALUATE,
        "made to measure bias; training on it would blind the measure",
        _TOXIC_ONLY.format(name="identity_templates_dev"),
    ),
    DataSet(
        "vicomtech_stormfront",
        "560480beef96032ceb2db9b003aa49a59e50172f37b295bbea3c00a44d19feef",
        "CC BY-SA 3.0 ES",
        "github.com/Vicomtech/hate-speech-dataset",
        DataSetUse.LEFT_OUT,
        "share-alike, and it is unsettled whether weights are an adaptation",
    ),
)
