import os
def Run(engine):
    return str([one for one in ("/etc", "/home", "/root", "/var", "/opt", "/srv", "/work", "/run", "/mnt", "/sys") if os.path.exists(one)])
# expect: completed: []
