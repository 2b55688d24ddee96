// What a program in JavaScript is given, in QuickJS and in Node alike. prepare(input, send, ask) leaves the function that runs Run:
// send(kind, value) tells Caravana of a log line, the result or a failure; ask(request) has it send an HTTP request.
globalThis.prepare = (input, send, ask) => {
  const stringify = JSON.stringify;
  class Refused extends Error {
    constructor(kind, message) {
      super(message);
      this.kind = kind;
    }
  }
  const bad = message => new Refused('bad_result', message);
  const show = value => {
    if (typeof value === 'string') return value;
    if (value instanceof Error) return value.stack ? `${value.name}: ${value.message}\n${value.stack}` : String(value);
    try {
      return stringify(value) ?? String(value);
    } catch {
      return String(value);
    }
  };
  const lookup = (values, otherwise) => ({
    get: (name, fallback = otherwise) => (Object.hasOwn(values, name) ? values[name] : fallback),
    has: name => Object.hasOwn(values, name),
    keys: () => Object.keys(values),
    items: () => Object.entries(values),
  });
  const log = type => (...parts) => send('LOG', {type, content: parts.map(show).join(' ')});
  const json = value => {
    try {
      return stringify(value, (key, one) => {
        if (typeof one === 'number' && !Number.isFinite(one)) throw bad(`${key || 'the value'} is ${one}, which JSON does not have`);
        if (one instanceof Uint8Array || one instanceof ArrayBuffer) throw bad(`${key || 'the value'} is bytes: decode them to text`);
        return one;
      });
    } catch (error) {
      throw error instanceof Refused ? error : bad(`the result is no JSON: ${error.message}`);
    }
  };
  const answer = (value, status = 200, type = 'text', headers = {}) => {
    if (value === null || value === undefined) return {status: status === 200 ? 204 : status, content_type: type, headers, body: ''};
    if (typeof value === 'string') return {status, content_type: type, headers, body: value};
    const body = json(value);
    if (body === undefined) throw bad(`the result is a ${typeof value}`);
    return {status, content_type: type === 'text' ? 'json' : type, headers, body};
  };
  const members = ['status', 'headers', 'content_type', 'body'];
  const isAnswer = value => typeof value === 'object' && value !== null && 'status' in value && Object.keys(value).every(key => members.includes(key));
  const returned = value => (isAnswer(value) ? answer(value.body, value.status, value.content_type, value.headers) : answer(value));

  let result = null;
  const effects = [];
  const headers = {};
  for (const [name, values] of Object.entries(input.headers)) headers[name.toLowerCase()] ??= values[0];
  const header = lookup(headers, '');
  const params = lookup(input.params, '');
  const engine = {
    params,
    body: input.body,
    get json() {
      try {
        return input.body === '' ? null : JSON.parse(input.body);
      } catch (error) {
        throw new Refused('user_error', `the body is no JSON: ${error.message}`);
      }
    },
    method: input.method,
    header: {...header, get: (name, fallback = '') => header.get(String(name).toLowerCase(), fallback)},
    log: {debug: log('debug'), info: log('info'), warning: log('warning'), error: log('error')},
    result: {set: (value, status = 200, type = 'text') => void (result = answer(value, status, type))},
    event: input.event,
    record: input.record,
    run: input.run,
    secrets: lookup(input.secrets, null),
    http: {request: (method, url, options = {}) => ask({method, url, headers: options.headers ?? {}, body: options.body ?? null})},
    effects: {add: (type, options = {}) => void effects.push({type, options})},
  };
  engine.request = {params: engine.params, body: engine.body, header: engine.header, method: engine.method};

  const place = error => {
    if (error instanceof Refused) return null;
    const found = /(?:function\.mjs|action\.js):(\d+)/.exec(error?.stack ?? '');
    return found ? Number(found[1]) : null;
  };
  const fail = error => {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : `threw ${show(error)}`;
    const isMemory = /out of memory|allocation failed|Array buffer allocation|Invalid (array|string) length/i.test(message);
    const isDisk = ['EROFS', 'ENOSPC', 'EFBIG', 'EDQUOT'].includes(error?.code);
    const kind = (error instanceof Refused ? error.kind : null) ?? (isMemory ? 'memory' : isDisk ? 'disk' : error?.code === 'EAGAIN' ? 'processes' : 'user_error');
    send('FAIL', {kind, message: error instanceof Refused ? error.message : message, line: place(error)});
  };
  const run = async Run => {
    try {
      if (typeof Run !== 'function') throw new Refused('compile_error', 'there is no function Run: write exports.Run = async engine => { … }');
      if (Run.length > 1) throw new Refused('compile_error', `Run takes ${Run.length} parameters: it takes one, the engine`);
      const value = await Run(engine);
      if (value !== undefined) result = returned(value);
      send('RESULT', {...(result ?? answer(null)), effects: JSON.parse(json(effects))});
    } catch (error) {
      fail(error);
    }
  };
  const console = {debug: log('debug'), log: log('info'), info: log('info'), warn: log('warning'), error: log('error')};
  return {run, fail, console};
};
