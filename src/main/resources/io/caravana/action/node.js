// Ties engine.js to a process of Node: frames, a JSON list a line, on the file 3; the standard input has the call, then the
// answers to HTTP. It is read blocking: as a stream it would cost 20 ms.
{
  const fs = require('node:fs');
  const vm = require('node:vm');
  const frames = 3;
  const read = fs.readSync;
  const write = fs.writeSync;
  const exit = process.reallyExit.bind(process, 0);
  const send = (kind, value = null) => {
    const bytes = Buffer.from(JSON.stringify([kind, value]) + '\n');
    for (let at = 0; at < bytes.length; ) at += write(frames, bytes, at);
    if (kind === 'RESULT' || kind === 'FAIL') exit();
  };
  let rest = Buffer.alloc(0);
  const line = () => {
    const parts = [rest];
    for (;;) {
      const last = parts[parts.length - 1];
      const end = last.indexOf(10);
      if (end >= 0) {
        rest = last.subarray(end + 1);
        parts[parts.length - 1] = last.subarray(0, end);
        return JSON.parse(Buffer.concat(parts).toString());
      }
      const chunk = Buffer.alloc(65536);
      const count = read(0, chunk);
      if (count === 0) exit();
      parts.push(chunk.subarray(0, count));
    }
  };
  send('READY');
  const call = line();
  const longest = call.limits.log_line;
  const host = globalThis.prepare(
    call,
    (kind, value) => send(kind, kind === 'LOG' ? {...value, content: value.content.slice(0, longest + 1)} : value),
    request => {
      send('HTTP', request);
      const answer = line();
      if (answer.refused) throw new Error(answer.refused);
      return answer;
    },
  );
  delete globalThis.prepare;
  globalThis.console = host.console;
  process.on('uncaughtException', host.fail);
  process.on('unhandledRejection', host.fail);
  process.on('beforeExit', () => send('FAIL', {kind: 'timeout', message: 'Run waits for something that nobody does: its promise never settles', line: null}));
  const module = {exports: {}};
  try {
    const source = call.source + "\n;if (typeof Run === 'function') module.exports.Run ??= Run;";
    const program = vm.compileFunction(source, ['exports', 'module', 'require', 'console'], {filename: 'action.js'});
    try {
      program(module.exports, module, require, host.console);
      host.run(module.exports.Run);
    } catch (error) {
      host.fail(error);
    }
  } catch (error) {
    const found = /^action\.js:(\d+)/.exec(error.stack ?? '');
    send('FAIL', {kind: 'compile_error', message: `${error.name}: ${error.message}`, line: found ? Number(found[1]) : null});
  }
}
