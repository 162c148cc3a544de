"""Random outages of a home with a gateway: drawn, played, judged by rules, and told."""
