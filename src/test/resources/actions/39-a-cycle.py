def Run(engine):
    found = []
    found.append(found)
    return found
# expect: bad_result
