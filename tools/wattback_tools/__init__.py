"""The command line `wattback`, for firmware engineers and technicians."""
