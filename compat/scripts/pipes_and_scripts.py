import os

from agentbay import AgentBay, CreateSessionParams

agent_bay = AgentBay(api_key=os.environ["AGENTBAY_API_KEY"])
session = agent_bay.create(CreateSessionParams(image_id="linux_latest")).session
script = """
total=0
add() {
  total=$((total + $1))
}
for number in 1 2 3 4; do
  add $number
done
if [ "$total" -eq 10 ]; then
  echo "total is $total"
fi
"""
print(session.command.execute_command(script).output.strip())
print(session.command.execute_command("seq 100 | grep 7 | wc -l").output.strip())
print(session.command.execute_command("cat <<'END' | tr a-z A-Z\nfirst\nsecond\nEND").output.split())
session.command.execute_command("mkdir -p 'a folder'")
print(session.command.execute_command("pwd", cwd="/tmp").output.strip())
session.delete()
