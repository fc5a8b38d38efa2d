"""`python -m ektp_cli` is `ektp`."""

from ektp_cli.main import main

main()
