exports.Run = () => process.exit(3);
// expect: user_error
