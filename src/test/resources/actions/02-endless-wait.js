exports.Run = () => new Promise(resolve => setTimeout(resolve, 20000));
// expect: timeout
