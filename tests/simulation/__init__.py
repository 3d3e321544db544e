"""Simulated sweeps, whose truth is known: do intervals hold it, and are there false alarms?

``python -m tests.simulation`` prints what docs/statistics.md shows.
"""
