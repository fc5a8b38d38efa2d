"""An Evolis printer made of software (tiruan firmware Evolis): plastic, sensors, language, to judge the driver by."""
