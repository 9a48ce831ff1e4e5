"""The sentences of the model card that no number can give."""

INTENDED_USE = """Scores English comments so that a policy can let them pass, hold them for a person
or, rarely, remove them. It is an aid to people who decide, with reasons and appeals. It is not a
measure of persons, not evidence, and not for languages other than English."""

DECISIONS = """## What was decided and why

- `severe_toxicity` has no human labels in any set that may be used; machine scores are no ground
  truth, so the label is not assessed rather than guessed.
- `cad_reddit` stays out of the weights: its files name no licence, and the licence of its Zenodo
  record could not be confirmed. It serves as a measure of a site the model never saw.
- `vicomtech_stormfront` is share-alike; whether weights adapt their data is unsettled. Left out.
- `davidson_tweets` was sampled by a slur lexicon (83 % positive): only a third of its merely
  offensive tweets is used, so that it does not set the base rate. @names become `@user`.
- `edos_sexism` says nothing about other abuse: its sexist rows train `identity_attack`, its
  threats `threat`, everything else is masked and its other rows are unused. Rows weigh a half.
- A comment that people found clean counts as clean for every label; a toxic one counts for
  another label only where a set says so.
- The project's own short examples weigh double; rows of one template stay on one side."""

PROCEDURE = """## How it was made

Text form: entities decoded, HTML tags dropped, links replaced by one word, emoji replaced by their
Unicode names, styled letters by plain ones, the same at training and at scoring. Mean of the last
layer over the tokens, one linear head, sigmoid. Masked binary cross-entropy, targets are rater
shares where known. Split 80 / 10 / 10 by a hash of the group: rows that share a `norm_key`, a
hatemoji pair or a template are never apart. `modconsole train --data DIR --out DIR` repeats it from
files checked by sha256. int8: weights a channel each in 7 bits, activations at run time."""

WEAK_SPOTS = """## Known weak spots

- Only the first tokens are read: abuse after a long harmless start is missed. The backend counts
  such comments as truncated.
- `threat` and `obscene` learned from few positives; their ranking on other sites is uncertain.
- Identity words still raise scores for some groups, as the table above shows; clean news and
  political talk was scarce (nearly all Civil Comments rows are toxic), so heated but fair political
  comments score higher than they should.
- African-American English is over-flagged in the tweets it learned from.
- Sarcasm, quotation, counter-speech and abuse that needs its thread are beyond it: it sees one
  comment. On Reddit (`cad_reddit`, labelled in context) it is clearly weaker than on Wikipedia.
- Emoji hate written to fool models (`hatemoji_build`) is its hardest set.
- Swearing aimed at somebody without a word of insult may score lower than it should, and an
  exclamation with a swear word higher; see the sentences above.
- Scores are not probabilities: the training rows hold far more abuse than any real site."""
