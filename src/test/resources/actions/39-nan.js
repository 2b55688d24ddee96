exports.Run = () => ({n: NaN});
// expect: bad_result
