"""A small country that goes wrong on purpose (negeri tiruan): real station, hub, books and messages, all else made up.

One seed is one story. Clock, network, disks, printers, plastic and people are simulated in
one thread; whatever an office would run is the shipped code itself. `ektp simulate` runs
it; `ektp_testing.sim.options.Options` holds every probability and size.
"""
