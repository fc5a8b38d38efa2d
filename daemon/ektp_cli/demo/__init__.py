"""The demonstration (peragaan): hub, station and two printers as processes, with faults, to the last blank."""
