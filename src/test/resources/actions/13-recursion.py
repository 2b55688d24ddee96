def Run(engine):
    return Run(engine)
# expect: user_error
