"""The pure heart: values and rules. No I/O, no clock, no concurrency."""
