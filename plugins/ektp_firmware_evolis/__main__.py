"""`python -m ektp_firmware_evolis --folder DIR`."""

from ektp_firmware_evolis.commands import main

if __name__ == "__main__":
    main(prog_name="python -m ektp_firmware_evolis")
