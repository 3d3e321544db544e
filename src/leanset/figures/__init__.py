"""Plotly figures, each drawn from a table of the sweep."""
