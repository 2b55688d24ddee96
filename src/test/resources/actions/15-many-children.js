exports.Run = async () => {
  const {spawn} = require('child_process');
  await Promise.all([...Array(60)].map(() => new Promise((_, reject) => spawn('/bin/sleep', ['10']).on('error', reject))));
};
// expect: processes|user_error|memory
