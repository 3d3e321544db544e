"""Covering a set of points with few of them: similarities, neighbours and greedy algorithms."""
