exports.Run = () => new Promise((resolve, reject) => require('net').connect(5432, '127.0.0.1').on('connect', resolve).on('error', reject));
// expect: user_error
