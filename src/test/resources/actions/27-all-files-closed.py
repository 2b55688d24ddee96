import os
def Run(engine):
    os.closerange(0, 10)
# expect: user_error
