// Clients that only speak https reach the simulator through this: node https.js PORT KEYSTORE PASSWORD, with SN_HOST as what is behind.
const http = require('http'), https = require('https'), fs = require('fs');
const [port, store, passphrase] = process.argv.slice(2), target = new URL(process.env.SN_HOST);
https.createServer({pfx: fs.readFileSync(store), passphrase}, (request, answer) => {
  const onward = http.request({host: target.hostname, port: target.port, method: request.method, path: request.url, headers: request.headers}, back => {
    answer.writeHead(back.statusCode, back.rawHeaders);
    back.pipe(answer);
  });
  onward.on('error', () => answer.destroy());
  request.pipe(onward);
}).listen(port, '127.0.0.1');
