"""A card printer made of software (pencetak kartu maya), and the driver for it.

Two halves that share only `messages` and `protocol`: the printer, a process with its own
folder that no station code can write, and the driver, which reaches it by bytes alone.
"""
