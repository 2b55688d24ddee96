# Tries what a sandboxed program must not be able to do, and returns what it could. Each line of it was seen to succeed without a sandbox.
import os, socket


def Run(engine):
    could = []

    def attempt(what, work):
        try:
            if work() is not False:
                could.append(what)
        except BaseException:
            pass

    attempt("open a socket", lambda: socket.socket(socket.AF_INET))
    attempt("open a local socket", lambda: socket.socket(socket.AF_UNIX))
    attempt("read /etc/passwd", lambda: open("/etc/passwd").read())
    attempt("see /home, /root or /var", lambda: any(os.path.exists(one) for one in ("/home", "/root", "/var")))
    for place in ("/tmp", "/", "/usr", "/dev", "/dev/shm"):
        attempt("write to " + place, lambda: open(place + "/caravana", "w").write("x"))
    attempt("see variables of Caravana", lambda: bool(set(os.environ) - {"PATH", "LANG", "NODE_PATH", "MALLOC_ARENA_MAX", "PWD", "LC_CTYPE", "SHLVL", "OLDPWD", "_"}))

    def processes():
        return len([one for one in os.listdir("/proc") if one.isdigit()]) > 8

    attempt("see processes of others", processes)
    try:
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)

        def call(*arguments):
            return libc.syscall(*map(ctypes.c_long, arguments)) >= 0

        numbers = {"x86_64": (101, 165, 272, 321, 425, 319), "aarch64": (117, 40, 97, 280, 425, 279)}[os.uname().machine]
        for name, number in zip(("ptrace", "mount", "unshare", "bpf", "io_uring", "memfd_create"), numbers):
            arguments = {"unshare": (0x10000000,), "ptrace": (0,), "memfd_create": (ctypes.addressof(ctypes.create_string_buffer(b"x")), 0)}
            attempt("call " + name, lambda: call(number, *arguments.get(name, (0, 0, 0, 0, 0))))
    except (ImportError, OSError):
        pass
    children = []
    most = 2 * int(engine.params.get("processes"))
    for _ in range(most):
        try:
            child = os.fork()
        except OSError:
            break
        if child == 0:
            import time

            time.sleep(5)
            os._exit(0)
        children.append(child)
    if len(children) == most:
        could.append(f"begin {most} processes")
    return ", ".join(could)
