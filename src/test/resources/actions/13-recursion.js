const f = () => f() + 1;
exports.Run = f;
// expect: user_error
