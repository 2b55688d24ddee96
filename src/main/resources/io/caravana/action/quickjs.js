// Ties engine.js to the process that QuickJS runs in.
{
  const invoke = globalThis.java_invoke;
  const stringify = JSON.stringify;
  const parse = JSON.parse;
  const call = (name, ...values) => parse(invoke('caravana', name, stringify(values)));
  const input = parse(call('input'));
  const host = globalThis.prepare(
    input,
    (kind, value) => void call('send', kind, stringify(value)),
    request => {
      const answer = parse(call('ask', stringify(request)));
      if (answer.refused) throw new Error(answer.refused);
      return answer;
    },
  );
  globalThis.console = host.console;
  globalThis.exports = {};
  globalThis.module = {exports: globalThis.exports};
  globalThis.runAction = declared => void host.run(globalThis.module.exports.Run ?? declared);
  for (const name of ['prepare', 'java_invoke', 'Javy', 'plugin']) delete globalThis[name];
}
