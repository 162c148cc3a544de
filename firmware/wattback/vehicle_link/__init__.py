"""The vehicle link's port: bytes of `docs/vehicle_link.cddl` become words in the core's inbox."""
