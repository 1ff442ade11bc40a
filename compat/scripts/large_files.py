import os

from agentbay import AgentBay, CreateSessionParams

agent_bay = AgentBay(api_key=os.environ["AGENTBAY_API_KEY"])
session = agent_bay.create(CreateSessionParams(image_id="linux_latest")).session
import hashlib

text = "0123456789abcde\n" * (10 * 1024 * 1024 // 16)
print(session.file_system.write_file("/tmp/large.txt", text).success)
read = session.file_system.read_file("/tmp/large.txt")
print(len(read.content), read.content == text)
session.command.execute_command("head -c 10485760 /dev/urandom > /tmp/large.bin")
digest = session.command.execute_command("sha256sum /tmp/large.bin").output.split()[0]
binary = session.file_system.read_file("/tmp/large.bin", format="bytes")
print(len(binary.content), hashlib.sha256(binary.content).hexdigest() == digest)
session.delete()
