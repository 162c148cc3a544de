"""Putting the firmware on a board, and code of ours to run there once.

`repl` alone knows mpremote and the port; `firmware_files` what belongs on the board; `board_files`
what is done with files there; `steps` the order that leaves no half firmware behind; `confirm`
asks the console what has started; `package_json` writes the list for `mip`.
"""
