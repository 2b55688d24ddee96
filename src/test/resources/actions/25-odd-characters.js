exports.Run = () => '\0\ud800';
// expect: completed: \u0000\ud800
