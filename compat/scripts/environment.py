import os

from agentbay import AgentBay, CreateSessionParams

agent_bay = AgentBay(api_key=os.environ["AGENTBAY_API_KEY"])
session = agent_bay.create(CreateSessionParams(image_id="linux_latest")).session
result = session.command.execute_command("echo $GREETING, $NAME", envs={"GREETING": "it's", "NAME": 'a "b"; c'})
print(result.output.strip())
print(session.env.set({"STAGE": "test"}).success)
print(session.env.get(["STAGE"]).envs)
print(session.command.execute_command("echo $STAGE").output.strip())
print(session.command.execute_command("echo $STAGE", envs={"STAGE": "once"}).output.strip())
session.delete()
