exports.Run = () => {
  for (const one of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(one, () => {});
  return new Promise(resolve => setTimeout(resolve, 20000));
};
// expect: timeout
