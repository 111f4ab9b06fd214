"""Keywork on one machine: the embedded PostgreSQL, the installation's secrets, and the web server that `./run` starts."""
