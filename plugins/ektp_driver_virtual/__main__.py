"""`python -m ektp_driver_virtual run --folder DIR`: the same commands as `ektp printer`."""

from ektp_driver_virtual.commands import printer

if __name__ == "__main__":
    printer(prog_name="ektp printer")
