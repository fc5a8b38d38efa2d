"""The demonstration (peragaan): hub, station and two virtual printers as processes, with faults, to the last blank."""
