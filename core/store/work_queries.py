"""The queries of the page Work, as text that SQLite and PostgreSQL both understand. Times are
microseconds since 1970 UTC.

A person's step is that from the opening of a case to the first decision of a person that was not
cancelled in its grace window; a case that was reopened counts from its last opening. An appeal
that was closed because its text was gone had no outcome, as in `transparency_queries`.
"""

from collections.abc import Mapping
from datetime import timedelta

from core.moderation.response_times import Step

DAY_US = 86_400_000_000
_MICROSECOND = timedelta(microseconds=1)

_DECIDED_CASES = """\
  SELECT c.opened_because, c.opened_at, d.decided_at
  FROM decisions d JOIN cases c ON c.revision_id = d.revision_id
  WHERE d.source = 'reviewer' AND d.undoes IS NULL AND d.appeal_id IS NULL
    AND d.decided_at >= {since} AND d.decided_at < {until} AND d.decided_at > c.opened_at
    AND NOT EXISTS (
      SELECT 1 FROM decisions undo WHERE undo.revision_id = d.revision_id
        AND undo.undoes = d.id AND undo.decided_at < d.effective_at)
    AND NOT EXISTS (
      SELECT 1 FROM decisions past WHERE past.revision_id = d.revision_id
        AND past.position < d.position AND past.source = 'reviewer' AND past.undoes IS NULL
        AND past.appeal_id IS NULL AND past.decided_at > c.opened_at
        AND NOT EXISTS (
          SELECT 1 FROM decisions undo WHERE undo.revision_id = past.revision_id
            AND undo.undoes = past.id AND undo.decided_at < past.effective_at))"""

_WAITING_CASES = """\
  SELECT opened_because, opened_at FROM cases
  WHERE status IN ('open', 'escalated') AND opened_at < {until}"""

_CLOCK = f"""\
WITH decided AS (
{_DECIDED_CASES}
),
waiting AS (
{_WAITING_CASES}
),
steps AS (
  SELECT 'model' AS step, r.received_at AS began_at, d.decided_at AS ended_at,
         r.received_at + {{model}} AS due_at
  FROM decisions d JOIN revisions r ON r.id = d.revision_id
  WHERE d.position = 1 AND d.decided_at >= {{since}} AND d.decided_at < {{until}}
  UNION ALL
  SELECT 'model', received_at, NULL, received_at + {{model}} FROM revisions
  WHERE current_action IS NULL AND is_latest = 1 AND withdrawn_at IS NULL
    AND received_at < {{until}}
  UNION ALL
  SELECT 'person', opened_at, decided_at, opened_at + {{person}} FROM decided
  UNION ALL
  SELECT 'person', opened_at, NULL, opened_at + {{person}} FROM waiting
  UNION ALL
  SELECT audience, due_at, ended_at,
         due_at + CASE audience WHEN 'site' THEN {{site}} ELSE {{author}} END
  FROM outbox
  WHERE state = 'delivered' AND ended_at >= {{since}} AND ended_at < {{until}}
  UNION ALL
  SELECT audience, due_at, NULL,
         due_at + CASE audience WHEN 'site' THEN {{site}} ELSE {{author}} END
  FROM outbox
  WHERE (state = 'pending' OR (state = 'dead' AND ended_at >= {{since}})) AND due_at < {{until}}
  UNION ALL
  SELECT 'appeal', filed_at, heard_at, due_at FROM appeals
  WHERE status IN ('upheld', 'overturned') AND heard_at >= {{since}} AND heard_at < {{until}}
  UNION ALL
  SELECT 'appeal', filed_at, NULL, due_at FROM appeals
  WHERE status = 'pending' AND filed_at < {{until}}
),
ranked AS (
  SELECT step, ended_at - began_at AS took,
         ROW_NUMBER() OVER (PARTITION BY step ORDER BY ended_at - began_at) AS place,
         COUNT(*) OVER (PARTITION BY step) AS total
  FROM steps WHERE ended_at IS NOT NULL
),
times AS (
  SELECT step,
         AVG(CASE WHEN place IN ((total + 1) / 2, (total + 2) / 2) THEN took END) AS median,
         MIN(CASE WHEN place >= (9 * total + 9) / 10 THEN took END) AS ninth_tenth
  FROM ranked GROUP BY step
)
SELECT steps.step,
       SUM(CASE WHEN ended_at IS NOT NULL THEN 1 ELSE 0 END) AS ended,
       SUM(CASE WHEN ended_at > due_at THEN 1 ELSE 0 END) AS late,
       SUM(CASE WHEN ended_at IS NULL THEN 1 ELSE 0 END) AS waiting,
       SUM(CASE WHEN ended_at IS NULL AND due_at < {{until}} THEN 1 ELSE 0 END) AS overdue,
       MIN(CASE WHEN ended_at IS NULL THEN began_at END) AS oldest,
       MIN(times.median) AS median, MIN(times.ninth_tenth) AS ninth_tenth
FROM steps LEFT JOIN times ON times.step = steps.step
GROUP BY steps.step"""

_QUEUES = f"""\
WITH decided AS (
{_DECIDED_CASES}
),
waiting AS (
{_WAITING_CASES}
),
ranked AS (
  SELECT opened_because, decided_at - opened_at AS took,
         ROW_NUMBER() OVER (PARTITION BY opened_because ORDER BY decided_at - opened_at) AS place,
         COUNT(*) OVER (PARTITION BY opened_because) AS total
  FROM decided
)
SELECT opened_because, SUM(decided) AS decided, SUM(waiting) AS waiting,
       MIN(oldest) AS oldest, MIN(median) AS median
FROM (
  SELECT opened_because, COUNT(*) AS decided, 0 AS waiting, NULL AS oldest,
         AVG(CASE WHEN place IN ((total + 1) / 2, (total + 2) / 2) THEN took END) AS median
  FROM ranked GROUP BY opened_because
  UNION ALL
  SELECT opened_because, 0, COUNT(*), MIN(opened_at), NULL FROM waiting GROUP BY opened_because
) parts
GROUP BY opened_because ORDER BY opened_because"""

_PEOPLE = """\
SELECT actor, action, COUNT(*) FROM decisions
WHERE source = 'reviewer' AND undoes IS NULL
  AND decided_at >= {since} AND decided_at < {until}
GROUP BY actor, action ORDER BY actor, action"""

_UNSCORED = """\
SELECT action, COUNT(*) FROM decisions
WHERE source = 'failure_policy' AND decided_at >= {since} AND decided_at < {until}
GROUP BY action ORDER BY action"""

_DAYS = f"""\
WITH decided AS (
{_DECIDED_CASES}
)
SELECT day, SUM(opened) AS opened, SUM(decided) AS decided FROM (
  SELECT opened_at / {DAY_US} AS day, 1 AS opened, 0 AS decided FROM cases
  WHERE opened_at >= {{since}} AND opened_at < {{until}} AND closed_because IS NULL
  UNION ALL
  SELECT decided_at / {DAY_US}, 0, 1 FROM decided
) parts
GROUP BY day ORDER BY day"""


def clock_query(since: int, until: int, targets: Mapping[Step, timedelta]) -> str:
    """One row for each step: how many ended in the span and how many of them late, how many wait
    at its end and how many of them too long, since when, and the times of those that ended."""
    spans = {step.value: target // _MICROSECOND for step, target in targets.items()}
    return _CLOCK.format(since=since, until=until, **spans)


def queues_query(since: int, until: int) -> str:
    """One row for each reason why cases are opened: decided in the span, waiting at its end."""
    return _QUEUES.format(since=since, until=until)


def people_query(since: int, until: int) -> str:
    """The decisions of each person by action, with those they cancelled later."""
    return _PEOPLE.format(since=since, until=until)


def days_query(since: int, until: int) -> str:
    """The cases opened and decided on each day, counted since 1970 UTC. Those whose text was gone
    before anybody decided are left out."""
    return _DAYS.format(since=since, until=until)


def unscored_query(since: int, until: int) -> str:
    """The decisions of the failure policy by action."""
    return _UNSCORED.format(since=since, until=until)
