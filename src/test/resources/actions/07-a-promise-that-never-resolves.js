exports.Run = () => new Promise(() => {});
// expect: timeout
