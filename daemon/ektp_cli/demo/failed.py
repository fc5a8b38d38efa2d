"""Why the demo could not go on (peragaan gagal)."""


class DemoFailed(Exception):
    """The demo could not go on; its message says at which point and where the logs are."""
