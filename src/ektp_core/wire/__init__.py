"""What crosses between station, hub and people: envelopes, the feed, the chain, the tree."""
