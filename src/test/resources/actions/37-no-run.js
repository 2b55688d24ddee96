exports.run = () => 1;
// expect: compile_error
