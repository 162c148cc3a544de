"""Programs that come by apt, for `make test-foreign`; one that is missing fails its tests."""
