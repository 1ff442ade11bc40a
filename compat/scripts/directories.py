import os

from agentbay import AgentBay, CreateSessionParams

agent_bay = AgentBay(api_key=os.environ["AGENTBAY_API_KEY"])
session = agent_bay.create(CreateSessionParams(image_id="linux_latest")).session
files = session.file_system
print(files.create_directory("/tmp/project/src/deep/er").success)
files.write_file("/tmp/project/src/main.py", "print('hi')\n")
files.write_file("/tmp/project/src/deep/er/notes.txt", "deep\n")
for entry in files.list_directory("/tmp/project/src").entries:
    print(entry.name, entry.is_directory)
print(files.move_file("/tmp/project/src/main.py", "/tmp/project/src/deep/main.py").success)
print(sorted(files.search_files("/tmp/project", "*.py").matches))
print(files.get_file_info("/tmp/project/src/deep/main.py").file_info["size"])
print(files.delete_file("/tmp/project/src/deep/main.py").success)
print(files.get_file_info("/tmp/project/src/deep/main.py").success)
session.delete()
