import os
def Run(engine):
    found = []
    for number in range(64):
        try:
            os.fstat(number)
            found.append(number)
        except OSError:
            pass
    return str(found)
# expect: completed: [0, 1, 2, 3]
