"""Every noun of the trade, one file each: English in code, the Indonesian term beside it."""
