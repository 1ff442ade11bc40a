import os

from agentbay import AgentBay, CreateSessionParams

agent_bay = AgentBay(api_key=os.environ["AGENTBAY_API_KEY"])
session = agent_bay.create(CreateSessionParams(image_id="code_latest")).session
print(session.code.run_code("numbers = [3, 1, 2]\nprint(sum(numbers))", "python").result.strip())
print(session.code.run_code("sorted(numbers)", "python").result)
print(session.code.run_code("console.log([1, 2, 3].map((n) => n * n).join(' '))", "javascript").result.strip())
failed = session.code.run_code("1 / 0", "python")
print(failed.success, "ZeroDivisionError" in failed.error_message)
session.delete()
