"""The tools, executed by a session's agent."""

DONE = "True"  # what a tool returns that has nothing else to return, as on the clouds
