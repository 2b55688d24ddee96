exports.Run = async engine => {
  null.x;
};
// expect: user_error 2
