exports.Run = () => {
  for (let n = 0; n < 100; n++) require('fs').writeSync(1, 'x'.repeat(1000000));
};
// expect: output
