"""Other ways to serve the same model, for comparison. Each is a small server of its own, run as
`python -m tests.peers.servers.NAME FOLDER PORT` by an interpreter that has what it needs."""
