exports.Run = () => {
  let a = ;
};
// expect: compile_error 2
