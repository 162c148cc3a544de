"""A utility's programme answered by the real controller and real firmware, on virtual time."""
