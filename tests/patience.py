"""How long tests wait for an event: long, because a busy machine must not fail them.

A test that hangs is ended by pytest's timeout, which is longer.
"""

PATIENT_S = 300.0
PATIENT_MS = 1000 * PATIENT_S
