exports.Run = () => {
  console.log('x'.repeat(20000000));
  return 'logged';
};
// expect: completed: logged
