"""Tests through the web: a real server on a real database, and the same application inside the test process."""
