import os

from agentbay import AgentBay, CreateSessionParams

agent_bay = AgentBay(api_key=os.environ["AGENTBAY_API_KEY"])
session = agent_bay.create(CreateSessionParams(image_id="linux_latest")).session
files = session.file_system
files.write_file("/tmp/tool.sh", "#!/bin/sh\necho ran\n")
print(session.command.execute_command("/tmp/tool.sh").success)
session.command.execute_command("chmod 755 /tmp/tool.sh && ln -s /tmp/tool.sh /tmp/link")
print(session.command.execute_command("/tmp/link").output.strip())
print(files.read_file("/tmp/link").content.splitlines()[1])
files.write_file("/tmp/link", "#!/bin/sh\necho changed\n")
print(session.command.execute_command("/tmp/tool.sh").output.strip())
session.command.execute_command("mkdir /tmp/closed && chmod 500 /tmp/closed")
print(files.write_file("/tmp/closed/file", "x").success)
session.delete()
