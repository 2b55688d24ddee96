def Run(engine):
    found = ""
    for name in ("environ", "cmdline", "mountinfo"):
        try:
            found += open(f"/proc/1/{name}", errors="replace").read()
        except OSError:
            pass
    return " ".join(word for word in ("CARAVANA", "SERVICENOW", "PASSWORD", "java", "/work", "/home/") if word in found)
# expect: completed: 
