"""How long a test waits for an event: a loaded machine is slow, not wrong. A test that hangs is
ended by pytest's own timeout, which is longer."""

PATIENT_S = 300.0
PATIENT_MS = 1000 * PATIENT_S
