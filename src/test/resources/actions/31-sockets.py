import socket
def Run(engine):
    for family, address in ((socket.AF_INET, ("127.0.0.1", 5432)), (socket.AF_INET, ("169.254.169.254", 80)), (socket.AF_UNIX, "/x")):
        try:
            socket.socket(family).connect(address)
            return "connected"
        except PermissionError:
            pass
    return "refused"
# expect: completed: refused
