import sys, warnings
def Run(engine):
    warnings.warn("old")
    print("also", file=sys.stderr)
    return "warned"
# expect: completed: warned
