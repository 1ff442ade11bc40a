import os

from agentbay import AgentBay, CreateSessionParams

agent_bay = AgentBay(api_key=os.environ["AGENTBAY_API_KEY"])
session = agent_bay.create(CreateSessionParams(image_id="linux_latest")).session
result = session.command.execute_command("printf 'alice 30\\nbob 25\\n' | sort -k2 -n")
people = [line.split() for line in result.output.splitlines()]
print(people)
result = session.command.execute_command("ls /nowhere")
print(result.success, result.exit_code, "No such file" in result.stderr)
result = session.command.execute_command("echo out; echo err >&2; exit 7")
print(result.stdout.strip(), result.stderr.strip(), result.exit_code)
session.delete()
