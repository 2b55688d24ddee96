import sys
def Run(engine):
    sys.stdout.flush()
    sys.stderr.buffer.write(b"\xff\xfe\n")
    engine.log.info("\0 \ud800")
    return "\0\ud800"
# expect: completed: \u0000\ud800
