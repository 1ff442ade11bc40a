"""Attacks on the engine, each with a control: with its defence off, the same attack must succeed."""
