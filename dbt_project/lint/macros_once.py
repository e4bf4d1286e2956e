"""Compile each macro file once a process: sqlfluff's templater compiles all of them twice for every model it lints.

Loaded, like the stand-ins beside it, through sqlfluff's `library_path`, so again for every model.
"""

from typing import Any

from jinja2.environment import Environment


def _once(compile_template: Any) -> Any:
    compiled: dict[str, Any] = {}

    def compile_once(self: Environment, source: Any, *arguments: Any, **options: Any) -> Any:
        if arguments or options or not isinstance(source, str):
            return compile_template(self, source, *arguments, **options)
        if source not in compiled:
            compiled[source] = compile_template(self, source)
        return compiled[source]

    return compile_once


if Environment.compile.__name__ != "compile_once":
    Environment.compile = _once(Environment.compile)
