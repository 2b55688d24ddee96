def Run(engine):
    return = 1
# expect: compile_error 2
