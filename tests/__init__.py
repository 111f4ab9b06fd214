"""Tests, by person and by rule."""
