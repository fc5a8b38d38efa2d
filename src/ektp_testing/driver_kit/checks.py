"""All checks (semua pemeriksaan), in the order in which they are run and shown."""

from ektp_testing.driver_kit.check import Check
from ektp_testing.driver_kit.checks_cards import CARD_CHECKS
from ektp_testing.driver_kit.checks_deaths import DEATH_CHECKS
from ektp_testing.driver_kit.checks_honesty import HONESTY_CHECKS
from ektp_testing.driver_kit.checks_identity import IDENTITY_CHECKS
from ektp_testing.driver_kit.checks_once import ONCE_CHECKS
from ektp_testing.driver_kit.checks_settings import SETTINGS_CHECKS
from ektp_testing.driver_kit.checks_status import STATUS_CHECKS
from ektp_testing.driver_kit.checks_strikes import STRIKE_CHECKS
from ektp_testing.driver_kit.checks_time import TIME_CHECKS

CHECKS: tuple[Check, ...] = (
    *IDENTITY_CHECKS,
    *SETTINGS_CHECKS,
    *STATUS_CHECKS,
    *HONESTY_CHECKS,
    *CARD_CHECKS,
    *STRIKE_CHECKS,
    *ONCE_CHECKS,
    *TIME_CHECKS,
    *DEATH_CHECKS,
)
