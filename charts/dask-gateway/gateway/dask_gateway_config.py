"""The end of the chart's configuration file: makes modules of our texts, without a disk; they configure the rest."""

import json
import os
import sys
import types

for name, text in json.loads(os.environ["ISTHMUS_MODULES"]).items():  # each after those that it imports
    module = sys.modules[name] = types.ModuleType(name)
    exec(compile(text, f"{name}.py", "exec"), module.__dict__)

from hub_backend import configure  # noqa: E402 - it is there only now

configure(c, json.loads(os.environ["ISTHMUS_DASK"]))  # noqa: F821 - traitlets gives `c` to a configuration file
