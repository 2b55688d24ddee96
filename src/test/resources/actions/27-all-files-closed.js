exports.Run = () => {
  for (let n = 0; n < 4; n++) require('fs').closeSync(n);
};
// expect: user_error
