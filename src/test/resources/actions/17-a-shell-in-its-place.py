import os
def Run(engine):
    os.execv("/bin/sh", ["sh", "-c", "i=0; while [ $i -lt 100000000 ]; do i=$((i+1)); done"])
# expect: cpu
