// The same for Node, as far as it can do such things itself.
exports.Run = async () => {
  const could = [];
  const fs = require('fs');
  const attempt = (what, work) => {
    try {
      if (work() !== false) could.push(what);
    } catch {}
  };
  for (const place of ['/tmp', '/', '/usr', '/dev', '/dev/shm']) attempt('write to ' + place, () => fs.writeFileSync(place + '/caravana', 'x'));
  attempt('read /etc/passwd', () => fs.readFileSync('/etc/passwd'));
  attempt('see /home, /root or /var', () => ['/home', '/root', '/var'].some(one => fs.existsSync(one)));
  attempt('see processes of others', () => fs.readdirSync('/proc').filter(one => /^\d+$/.test(one)).length > 8);
  const known = ['PATH', 'LANG', 'NODE_PATH', 'MALLOC_ARENA_MAX', 'PWD', 'SHLVL', 'OLDPWD', '_'];
  attempt('see variables of Caravana', () => Object.keys(process.env).some(one => !known.includes(one)));
  await new Promise(resolve => {
    const server = require('net').createServer();
    server.on('error', resolve);
    server.listen(0, '127.0.0.1', () => {
      could.push('open a socket');
      server.close(resolve);
    });
  });
  return could.join(', ');
};
