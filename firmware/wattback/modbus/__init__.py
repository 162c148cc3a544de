"""Modbus: the register image, who may write it, and the servers for RTU and TCP.

Models of SunSpec (evse.md 6.10, C) and one of our own.
"""
