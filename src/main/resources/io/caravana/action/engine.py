# What a program in Python is given. Speaks with Caravana in frames, a JSON list a line: READY, LOG, HTTP, RESULT, FAIL on the
# file 3, and on the standard input first the call, then the answers to HTTP.
import errno, json, math, os, sys

out = os.fdopen(3, "wb", 0)


def send(kind, value=None):
    out.write(json.dumps([kind, value], allow_nan=False).encode("ascii") + b"\n")


class Refused(Exception):
    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


def text(value):
    return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)


class Values:
    def __init__(self, values, otherwise, lower=False):
        self.values, self.otherwise, self.lower = values, otherwise, lower

    def _key(self, name):
        return str(name).lower() if self.lower else name

    def get(self, name, fallback=None):
        return self.values.get(self._key(name), self.otherwise if fallback is None else fallback)

    def has(self, name):
        return self._key(name) in self.values

    def keys(self):
        return list(self.values)

    def items(self):
        return list(self.values.items())


class Log:
    def __init__(self, longest):
        for kind in ("debug", "info", "warning", "error"):
            setattr(self, kind, self._writer(kind, longest))

    @staticmethod
    def _writer(kind, longest):
        return lambda *parts: send("LOG", {"type": kind, "content": " ".join(map(text, parts))[: longest + 1]})


def strict(value, seen=()):
    if isinstance(value, float) and not math.isfinite(value):
        raise Refused("bad_result", f"the result has {value}, which JSON does not have")
    if isinstance(value, (bytes, bytearray, memoryview)):
        raise Refused("bad_result", "the result has bytes: decode them to text")
    if isinstance(value, (dict, list, tuple)):
        if id(value) in seen:
            raise Refused("bad_result", "the result contains itself")
        if len(seen) > 500:
            raise Refused("bad_result", "the result is nested more than 500 deep")
        for one in value.values() if isinstance(value, dict) else value:
            strict(one, (*seen, id(value)))


def answer(value, status=200, kind="text", headers=None):
    headers = headers or {}
    if value is None:
        return {"status": 204 if status == 200 else status, "content_type": kind, "headers": headers, "body": ""}
    if isinstance(value, str):
        return {"status": status, "content_type": kind, "headers": headers, "body": value}
    strict(value)
    try:
        body = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise Refused("bad_result", f"the result is no JSON: {error}")
    return {"status": status, "content_type": "json" if kind == "text" else kind, "headers": headers, "body": body}


def returned(value):
    if isinstance(value, dict) and "status" in value and set(value) <= {"status", "headers", "content_type", "body"}:
        return answer(value.get("body"), value["status"], value.get("content_type", "text"), value.get("headers"))
    return answer(value)


class Engine:
    def __init__(self, call):
        headers = {}
        for name, values in call["headers"].items():
            headers.setdefault(name.lower(), values[0])
        self.params = Values(call["params"], "")
        self.header = Values(headers, "", True)
        self.secrets = Values(call["secrets"], None)
        self.body, self.method, self.event, self.record = call["body"], call["method"], call["event"], call["record"]
        self.run = type("Run", (), call["run"])
        self.log = Log(call["limits"]["log_line"])
        self.request = self
        self.result = self
        self.http = type("Http", (), {"request": staticmethod(ask)})
        self.effects = type("Effects", (), {"add": lambda _, kind, **options: self._effects.append({"type": kind, "options": options})})()
        self._effects, self._result = [], None

    @property
    def json(self):
        try:
            return json.loads(self.body) if self.body else None
        except ValueError as error:
            raise Refused("user_error", f"the body is no JSON: {error}")

    def set(self, value, status_code=200, content_type="text"):
        self._result = answer(value, status_code, content_type)


def ask(method, url, headers=None, body=None):
    send("HTTP", {"method": method, "url": url, "headers": headers or {}, "body": body})
    found = json.loads(sys.stdin.buffer.readline())
    if found.get("refused"):
        raise OSError(found["refused"])
    return type("Answer", (), {**found, "json": staticmethod(lambda: json.loads(found["body"]))})


def line(error):
    found, trace = None, error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == "action.py":
            found = trace.tb_lineno
        trace = trace.tb_next
    return error.lineno if isinstance(error, SyntaxError) and error.filename == "action.py" else found


def kind(error):
    if isinstance(error, Refused):
        return error.kind
    if isinstance(error, (SyntaxError,)) and error.filename == "action.py":
        return "compile_error"
    if isinstance(error, MemoryError):
        return "memory"
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EROFS, errno.EFBIG, errno.EDQUOT):
        return "disk"
    if isinstance(error, OSError) and error.errno == errno.EAGAIN or "can't start new thread" in str(error):
        return "processes"
    return "user_error"


def main():
    send("READY")
    call = json.loads(sys.stdin.buffer.readline())
    sys.path.append("/libraries")
    engine = Engine(call)
    try:
        try:
            code = compile(call["source"], "action.py", "exec", dont_inherit=True)
        except ValueError as error:
            raise Refused("compile_error", str(error))
        scope = {"__name__": "action", "__builtins__": __builtins__}
        exec(code, scope)
        run = scope.get("Run")
        if not callable(run):
            raise Refused("compile_error", "there is no function Run: write def Run(engine):")
        import types

        if isinstance(run, types.FunctionType) and (run.__code__.co_argcount != 1 and not run.__defaults__):
            raise Refused("compile_error", f"Run takes {run.__code__.co_argcount} parameters: it takes one, the engine")
        value = run(engine)
        result = returned(value) if value is not None else engine._result or answer(None)
        strict(engine._effects)
        send("RESULT", {**result, "effects": engine._effects})
    except BaseException as error:
        try:
            message = str(error) if isinstance(error, Refused) else f"{type(error).__name__}: {error}"
        except BaseException:
            message = type(error).__name__
        try:
            send("FAIL", {"kind": kind(error), "message": message[:4000], "line": line(error)})
        except MemoryError:
            out.write(b'["FAIL", {"kind": "memory", "message": "MemoryError"}]\n')


try:
    main()
finally:
    os._exit(0)
