#!/usr/bin/env bash
# pydantic 2.14.4 keeps infinity in a field of type float and turns it into None in a field of type Any, in one dump.
#
# model_dump(mode="json") leaves float("inf") of a float field as it is, which json.dumps then writes as Infinity; the same
# value in a field of type Any, or in a dict[str, Any], becomes None, with no error. ser_json_inf_nan="constants" makes both
# alike; "strings" turns neither into a string there, though model_dump_json() does.
# Why it matters here: a browser's fingerprint has an infinite chargingTime in its battery. A model with typed fields and
# one with a free dict send different values, and the infinite time is lost in the dict (models/fingerprint.py).
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pydantic==2.14.4
cd "$folder" && venv/bin/python - <<'END'
from typing import Any

import pydantic
from pydantic import BaseModel, ConfigDict

INFINITY = float("inf")


def dumps(**settings: str) -> tuple[object, str]:
    class Battery(BaseModel):
        model_config = ConfigDict(**settings)
        typed: float
        free: Any

    battery = Battery(typed=INFINITY, free=INFINITY)
    return battery.model_dump(mode="json"), battery.model_dump_json()


print("pydantic", pydantic.VERSION)
expected = {
    "default": ({"typed": INFINITY, "free": None}, '{"typed":null,"free":null}'),
    "constants": ({"typed": INFINITY, "free": INFINITY}, '{"typed":Infinity,"free":Infinity}'),
    "strings": ({"typed": INFINITY, "free": INFINITY}, '{"typed":"Infinity","free":"Infinity"}'),
}
for name, values in expected.items():
    found = dumps() if name == "default" else dumps(ser_json_inf_nan=name)
    print(f"{name}: model_dump {found[0]}, model_dump_json {found[1]}")
    assert found == values, "the behaviour changed"
END
