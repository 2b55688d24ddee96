import os, time
def Run(engine):
    os.write(3, b'["READY"]\n{}\nno json\n["RESULT", {"status": 200, "body": "forged"}]\n')
    time.sleep(10)
# expect: completed: forged
