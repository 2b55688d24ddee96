import os
def Run(engine):
    for place in ("/", "/dev", "/usr", "/usr/bin"):
        try:
            open(place + "/caravana", "w")
            return "written to " + place
        except OSError as refused:
            pass
    open("/usr/caravana", "w")
# expect: disk
