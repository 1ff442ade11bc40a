"""Tests of the client: written once for both twins."""
