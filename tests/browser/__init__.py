"""Walks in a real browser, at a desk's and a phone's width."""
