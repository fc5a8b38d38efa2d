"""The one way data moves (alur): an ask is decided against a view; the result is events or a refusal."""
