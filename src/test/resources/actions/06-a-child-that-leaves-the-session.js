exports.Run = async () => {
  require('child_process').spawn('/bin/sleep', ['20'], {detached: true, stdio: 'ignore'}).unref();
  return 'left';
};
// expect: completed: left
