def Run(engine):
    a = 1
    return a.b
# expect: user_error 3
