"""The sentences of the card of version 5, which ships until a later version is trained."""

FIFTH_VERSION = "minilm-toxicity-5"

FIRST_TOKENS = "; its figures are for the first {tokens} tokens."
IN_NO_WINDOWS = """\
- The figures are for the first tokens of each text. The console reads longer texts in overlapping
  windows, for which this card has no figures of its own.
"""

DECISIONS = """## What was decided and why

- `severe_toxicity` has no human labels in any set that may be used; machine scores are no ground
  truth, so the label is not assessed rather than guessed.
- `cad_reddit` trains: the record says freely available and, as far as known, CC BY 4.0. Its row
  below is therefore its held-out side, no longer a site the model never saw. Its labels were given
  with the thread on screen, so a yes or no often can't be seen in the comment itself: a teacher,
  a larger network that learnt the training side alone, says how likely each is from the text.
- `jigsaw_detoxify_scored` carries scores of another model, which this one learns as shares; what it
  measures is agreement with that model, so it is in no total and in no threshold. In the refining
  its toxicity is what the teacher of `jigsaw_wiki` says.
- `vicomtech_stormfront` is share-alike; whether weights adapt their data is unsettled. Left out.
- `davidson_tweets` was sampled by a slur lexicon (83 % positive): only a third of its merely
  offensive tweets is used, so that it does not set the base rate. @names become `@user`.
- `edos_sexism` says nothing about other abuse: its sexist rows train `identity_attack`. For those
  that nobody labelled the teacher speaks, on the training side alone: nothing is measured against
  a teacher's scores. Of it and of `hatemoji_build` an abusive row has one category; another one
  than threats counts as no threat, which misses a threat among other hate. Up to version 3 only
  their threats were known, and the network learnt the site for the deed.
- A comment that people found clean counts as clean for every label; a toxic one counts for
  another label only where a set says so.
- The project's own short examples weigh double; rows of one template stay on one side."""

PROCEDURE = """## How it was made

Text form: entities decoded, HTML tags dropped, links replaced by one word, emoji replaced by their
Unicode names, styled letters by plain ones, the same at training and at scoring. A BERT sequence
classifier with one linear head, sigmoid. Masked binary cross-entropy, targets are rater shares
where known. A part of the training rows comes a second time with words respelled (look-alike
letters, stars, spaces, doubled, missing and swapped letters), harmless rows too. Then two
epochs over Reddit, Gab and Wikipedia, as teachers see them, and the project's own examples refine
it. Of toxicity on Wikipedia half of what is learnt is the teacher's and half what the network said
itself, which together are better than either. Labels that nobody gave there it learns as it scored
them before, and weights between those before and after keep what those epochs would forget of the
other sets. Split 80 / 10 / 10 by a hash of the
group: rows that share a `norm_key`, a hatemoji pair or a template are never apart.
After training one temperature a label is fitted on the validation side and folded into the head.
`modconsole train --data DIR --out DIR` does all of it from files checked by sha256. Version 5 was
made phase by phase: the refining by a script of the same steps over the same training loop, before
they stood in `train`, and with scores of the Wikipedia teacher before they were rounded for the
file. One whole run has not shown the same weights yet (docs/decisions.md, 17)."""
