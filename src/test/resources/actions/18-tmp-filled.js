exports.Run = () => require('fs').writeFileSync('/tmp/x', 'x');
// expect: disk
