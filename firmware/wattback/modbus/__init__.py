"""Modbus: the register image, who may write it, and the servers for RTU and TCP."""
