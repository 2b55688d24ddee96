exports.Run = () => {
  const all = [];
  for (let n = 0; n < 400; n++) all.push(new Array(200000).fill(n + 0.5));
  return all.length;
};
// expect: memory
