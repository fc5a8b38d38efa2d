"""How a station or a person speaks to a hub over HTTP (klien); it decides nothing."""
