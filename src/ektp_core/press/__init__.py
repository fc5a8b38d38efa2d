"""One card in the machine: the durable steps of an attempt and the crash matrix, as tables."""
