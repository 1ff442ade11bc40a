import os

from agentbay import AgentBay, CreateSessionParams

agent_bay = AgentBay(api_key=os.environ["AGENTBAY_API_KEY"])
session = agent_bay.create(CreateSessionParams(image_id="linux_latest")).session
result = session.command.execute_command("sleep 30", timeout_ms=500)
print(result.success, bool(result.error_message))
result = session.command.execute_command("sleep 0.3; echo done", timeout_ms=5000)
print(result.success, result.output.strip())
session.delete()
