"""The command `ektp` (perintah): finds its sub-commands through entry points."""
