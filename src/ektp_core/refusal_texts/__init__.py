"""The sentences of the closed list of refusals (kalimat penolakan), one file a theme; codes stand in `refusal`."""
