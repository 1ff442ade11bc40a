import os
from concurrent.futures import ThreadPoolExecutor

from agentbay import AgentBay, CreateSessionParams

agent_bay = AgentBay(api_key=os.environ["AGENTBAY_API_KEY"])


def work(number):
    params = CreateSessionParams(labels={"job": "concurrent", "number": str(number)})
    session = agent_bay.create(params).session
    try:
        session.file_system.write_file("/tmp/number.txt", str(number))
        return session.command.execute_command("cat /tmp/number.txt").output.strip()
    finally:
        session.delete()


with ThreadPoolExecutor(4) as executor:
    print(list(executor.map(work, range(4))))
print(agent_bay.list(labels={"job": "concurrent"}).session_ids)
