exports.Run = () => {
  const all = [];
  for (let n = 0; n < 40; n++) all.push(Buffer.alloc(10000000, 1));
  return all.length;
};
// expect: memory
