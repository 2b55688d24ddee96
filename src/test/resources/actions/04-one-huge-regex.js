exports.Run = () => /^(a+)+$/.test('a'.repeat(40) + 'b');
// expect: cpu
