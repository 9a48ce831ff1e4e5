"""The sentences of the model card that are not computed, and the aims it is compared with."""

from dataclasses import dataclass

from core.moderation.scores import Label


@dataclass(frozen=True, slots=True)
class Aim:
    """The toxicity ROC AUC that a set should reach; with `clearly`, by its whole interval."""

    data_set: str
    about: str
    at_least: float
    clearly: bool = False


AIMS: tuple[Aim, ...] = (
    Aim("jigsaw_wiki", "Wikipedia talk, sampled for abuse", 0.97),
    Aim("wiki_context_gn", "Wikipedia talk at its real rate, never trained on", 0.97),
    Aim("davidson_tweets", "short social comments", 0.975),
    Aim("cad_reddit", "Reddit, labelled in the context of its thread", 0.80, clearly=True),
)

# (data set, label, the ROC AUC of the validation side that this version was to reach); `all` pools
# the rows that people wrote and labelled.
VALIDATION_AIMS: tuple[tuple[str, Label, float], ...] = (
    ("jigsaw_wiki", Label.TOXICITY, 0.973),
    ("cad_reddit", Label.TOXICITY, 0.853),
    ("hatemoji_build", Label.TOXICITY, 0.79),
    ("davidson_tweets", Label.TOXICITY, 0.978),
    ("all", Label.OBSCENE, 0.93),
    ("all", Label.THREAT, 0.91),
    ("all", Label.INSULT, 0.935),
    ("all", Label.IDENTITY_ATTACK, 0.938),
)

VALIDATION = """On the validation side, which taught no weights; temperatures and thresholds were
chosen on it:"""

INTENDED_USE = """Scores English comments so that a policy can let them pass, hold them for a person
or, rarely, remove them. It is an aid to people who decide, with reasons and appeals. It is not a
measure of persons, not evidence, and not for languages other than English."""

WRITTEN_BY = """`modconsole model-card` wrote this file from `report.json` beside it; every number
is measured. Change the report's maker, not the card."""

INTERVALS = """Brackets hold 95 % intervals: bootstrap for ROC AUC and average precision (1,000
draws of rows; of whole groups where rows share a template or a pair), Wilson's for shares. There is
none where a class has fewer than 10 rows. Rows of one site share its habits, so another site can
lie outside. A row of a whole set whose text is in the training rows by chance is left out."""

DECISIONS = """## What was decided and why

- `severe_toxicity` has no human labels in any set that may be used; machine scores are no ground
  truth, so the label is not assessed rather than guessed.
- `cad_reddit` trains: the record says freely available and, as far as known, CC BY 4.0. Its row
  below is therefore its held-out side, no longer a site the model never saw. Its labels were given
  with the thread on screen, so a yes or no often can't be seen in the comment itself; what the
  teachers say of the text alone is the larger part of what is learnt.
- `jigsaw_detoxify_scored` carries scores of another model. The teachers alone say what is learnt of
  its training side; what it measures is agreement with that model, so it is in no total and in no
  threshold.
- `vicomtech_stormfront` is share-alike; whether weights adapt their data is unsettled. Left out.
- `davidson_tweets` was sampled by a slur lexicon (83 % positive): only a third of its merely
  offensive tweets is used, so that it does not set the base rate. @names become `@user`.
- `edos_sexism` says nothing about other abuse: its sexist rows train `identity_attack`. Of those
  that nobody labelled the teachers speak, on the training side alone: nothing is measured against
  a teacher's scores. Of it and of `hatemoji_build` an abusive row has one category; another one
  than threats counts as no threat, which misses a threat among other hate.
- A comment that people found clean counts as clean for every label; a toxic one counts for
  another label only where a set says so.
- The project's own short examples weigh double; rows of one template stay on one side."""

PROCEDURE = """## How it was made

What is read is the newest text form of this release, the same at training and at scoring. An
encoder, the mean of its tokens (or what the line on the head above says) and one linear head with
sigmoids. Cross-entropy between the scores and the targets above, in one phase over all rows. A part
of the training rows comes a second time with words respelled (look-alike letters, stars, spaces,
doubled, missing and swapped letters), harmless rows too. Split 80 / 10 / 10 by a hash of the group:
rows that share a `norm_key`, a hatemoji pair or a template are never apart.
After training one temperature a label is fitted on the validation side, on the window of each text
that has the highest score, and folded into the head.
`modconsole train --data DIR --out DIR` does all of it from files checked by sha256; a run that is
cut goes on from its last epoch, with the same bytes at the end.
`modconsole export-model` writes it as a standard `BertForSequenceClassification`, for any server of
Hugging Face models. That class reads the first token alone; where the head reads the mean of all
tokens, a last layer that was not trained puts that mean there, and the row `transformers` below
says how near it comes.
The graphs of this project compute the mean itself."""

CALIBRATION = """On the test rows that people labelled. ECE over 15 bins of as many rows each. The
temperature was fitted on the validation side. A score is a probability only where abuse is as
frequent as in these rows; on a site with little of it, far fewer comments with a score of 0.7 are
abuse than seven in ten. That is why the thresholds below do not come from these rows."""

THRESHOLDS = """precision = recall · rate / (recall · rate + false positives · (1 − rate)), at the
rate of abuse of the low-rate set. False positives: its clean rows (half a row more than was seen),
one half of the set, by a hash of the text. Recall of toxicity: the mean over its toxic rows of that
half and the Wikipedia validation rows. It labels nothing but toxicity, so for the other labels its
clean rows are the negatives, recall comes from the validation rows people gave the label, and the
rate is multiplied by the label's share of the toxic comments in the Jigsaw challenge's training
file. `hn_items` has no labels; every comment held there counts as a false one, and one half of it
limits how much may be held. The labels of the low-rate set are noisy: several of the clean rows
with the highest scores are plain abuse, so true precision is higher than these figures."""

FUNCTIONS = """Written for this project, in no training row. A case passes when its toxicity is on
the right side of the hold edge; the second column asks whether any label's edge is reached, as the
policy does. 16 cases say something about a function, not much: see the intervals. `hard_examples`
were written knowing which functions version 3 failed most (threats, ill wishes, contempt), with
other sentences: what is gained on those was not measured blindly."""

EVASIONS = """Sentences written for this project, abusive and harmless ones, disguised in the same
ways; in no training row. A case is acted on if any label reaches its hold edge. What is measured is
the reading of the text and the network together; languages are not told apart here."""

LONG_TEXTS = """Abusive sentences at one place of harmless text, both written for this project and
in no training row; the twin is the same text without the sentence. A case is acted on if any label
reaches its hold edge in any window."""

IDENTITY = """`identity_templates_dev`, never trained on. Subgroup: ROC AUC among sentences that
name the term. BPSN: clean sentences that name it against abusive ones that don't; low where the
term raises scores. BNSP: abusive sentences that name it against clean ones that don't; low where it
lowers them (Borkan et al. 2019). Terms with few sentences have wide intervals; template sentences
are not what people write."""

WINDOWS = (
    ".\n- All figures, thresholds and temperatures are of whole texts, read as the console reads "
    "them: longer ones in overlapping windows of {tokens} tokens, and a text that can be read in "
    "several ways in each of them. The highest score of each label counts."
)

WEAK_SPOTS = """## Known weak spots

- `threat` and `obscene` learned from few positives; their ranking on other sites is uncertain.
- Clean news and political talk was scarce (nearly all Civil Comments rows are toxic), so heated but
  fair political comments score higher than they should.
- African-American English is over-flagged in the tweets it learned from.
- It sees one comment: abuse that needs its thread is beyond it.
- Emoji hate written to fool models (`hatemoji_build`) is among its hardest sets."""
