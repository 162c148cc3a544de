"""The bench: a pytest plugin and its parts, and the clients that everything on the host uses."""
