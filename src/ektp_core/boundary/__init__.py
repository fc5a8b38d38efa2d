"""What the core expects of the outside: protocols, and the hooks of drivers. No code of ours acts here."""
