"""Declarations: every operation and every tool, a page for each group. A page is loaded when it is first used."""
