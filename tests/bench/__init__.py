"""Benchmarks: `./run bench NAME`. Each prints a table for people, or with --json one object for each figure (report.py).

They measure and say whether an aim is met; they fail only when what they compare is not the same thing.
"""
