"""The harness that ships (alat uji): for those who test a driver, a store or an uplink of their own."""
