import os

from agentbay import AgentBay, CreateSessionParams

agent_bay = AgentBay(api_key=os.environ["AGENTBAY_API_KEY"])
session = agent_bay.create(CreateSessionParams(image_id="linux_latest")).session
files = session.file_system
content = "\u4f60\u597d \U0001f600 \u00e9\u00e8 \u0440\u0443\u0441 \u0639\u0631\u0628\n" * 2000
name = "/tmp/\u6587\u4ef6 \u00e9.txt"
print(files.write_file(name, content).success)
print(files.read_file(name).content == content)
print(session.command.execute_command("cat '/tmp/\u6587\u4ef6 \u00e9.txt' | wc -m").output.strip() == str(len(content)))
print([entry.name for entry in files.list_directory("/tmp").entries if entry.name.endswith(".txt")] == [name[5:]])
files.edit_file(name, [{"oldText": "\u4f60\u597d", "newText": "\u518d\u89c1"}])
print(files.read_file(name).content[:2] == "\u518d\u89c1")
session.delete()
