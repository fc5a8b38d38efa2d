"""The print station (stasiun cetak): takes its feed, drives card printers, keeps its own chain."""
