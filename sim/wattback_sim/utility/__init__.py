"""The utility of the simulated world: a small OpenADR 3 VTN in memory, and a hand on its events.

It speaks 3.1.0. That version is not compatible with 3.0.1: resources became objects of their own,
targets plain texts, and a report names its event alone. It is the one that new programmes are
written for, and of the two foreign clients that the project is tried with, python-oa3-client
speaks it. toadr3 speaks 3.0.1, but reads 3.1.0's programmes, and events without targets; the
`programID` that it adds to a report is kept like any other private field. Nothing here opens a
socket except `served`, and no clock is read: time is handed in.
"""
