exports.Run = () => {
  require('fs').writeSync(3, '["READY"]\nno json\n["RESULT", {"status": 200, "body": "forged"}]\n');
  return new Promise(resolve => setTimeout(resolve, 10000));
};
// expect: completed: forged
