"""What pytest leaves alone here: modules that import the opponents, which only `make bench` installs."""

collect_ignore = ["locks.py", "opponent_eventsourcing.py", "opponent_orm.py"]
