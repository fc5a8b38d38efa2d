"""Chips through a PC/SC reader (pembaca kartu PC/SC): the UID, and a script of the authority's own."""
