"""The Kedro shell: each pipeline wires nodes, each node adapts the core; no algorithm is here."""
