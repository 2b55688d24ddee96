// The page of actions: what it shows and changes, it asks of the API that programs use.
(() => {
  'use strict';
  const one = selector => document.querySelector(selector);
  const words = one('#words').dataset;
  const source = one('#source');
  let code = null, version = null, watched = null;

  const say = text => { one('#said').textContent = text; setTimeout(() => (one('#said').textContent = ''), 8000); };
  const ask = async (method, path, body, type) => {
    const headers = {};
    const token = document.cookie.match(/(?:^|; )XSRF-TOKEN=([^;]*)/);
    if (token && method !== 'GET') headers['X-XSRF-TOKEN'] = decodeURIComponent(token[1]);
    if (body !== undefined) headers['Content-Type'] = type ?? 'text/plain';
    const answer = await fetch(path, {method, headers, body});
    const text = await answer.text();
    let read = null;
    try { read = JSON.parse(text); } catch { /* no JSON */ }
    if (!answer.ok) {
      say(read?.detail ?? answer.statusText);
      throw new Error(read?.detail ?? answer.statusText);
    }
    return read;
  };
  const json = (method, path, body) => ask(method, path, JSON.stringify(body), 'application/json');
  const make = (tag, text, more = {}) => Object.assign(document.createElement(tag), {textContent: text}, more);
  const on = (selector, event, work) => one(selector).addEventListener(event, async happened => {
    if (event === 'submit') happened.preventDefault();
    try { await work(happened); } catch { /* said already */ }
  });

  // ---- projects and codes
  const showProjects = async chosen => {
    const projects = await ask('GET', '/project');
    one('#project').replaceChildren(...projects.map(project => make('option', project.name, {value: project.uuid})));
    if (chosen) one('#project').value = chosen;
    await showCodes();
  };
  const showCodes = async () => {
    const project = one('#project').value;
    const codes = project ? await ask('GET', '/code?project_uuid=' + project) : [];
    one('#new-code').hidden = !project;
    one('#no-codes').hidden = codes.length > 0;
    one('#codes').replaceChildren(...codes.map(found => {
      const button = make('button', found.name, {type: 'button', className: 'quiet', onclick: () => open(found.id)});
      button.append(make('span', `${found.language} · ${found.type}`, {className: 'note'}));
      const item = make('li', '');
      item.append(button);
      return item;
    }));
    if (!codes.some(found => found.id === code?.id)) for (const part of ['#editor', '#ran', '#one-run']) one(part).hidden = true;
  };
  on('#projects', 'submit', async () => {
    const project = await json('POST', '/project', {name: one('#project-name').value});
    one('#project-name').value = '';
    await showProjects(project.uuid);
  });
  on('#project', 'change', showCodes);
  on('#new-code', 'submit', async happened => {
    const said = new URLSearchParams(new FormData(happened.target));
    said.set('project_uuid', one('#project').value);
    const first = said.get('language') === 'python' ? 'def Run(engine):\n    return {"hello": engine.params.get("name")}\n'
      : 'exports.Run = async engine => {\n  return {hello: engine.params.get(\'name\')};\n};\n';
    const made = await ask('POST', '/code?' + said, first);
    happened.target.reset();
    await showCodes();
    await open(made.id);
  });

  // ---- the editor
  const open = async id => {
    // nothing can be pressed before all of it is there
    for (const part of ['#editor', '#ran', '#one-run']) one(part).hidden = true;
    code = await ask('GET', '/code/' + id);
    one('#code-name').textContent = code.name;
    one('#code-place').textContent = code.type === 'endpoint' ? '/action/endpoint/' + code.id : code.id;
    await showVersions(code.test);
    await showRuns();
    for (const part of ['#editor', '#ran']) one(part).hidden = false;
  };
  const showVersions = async chosen => {
    const versions = await ask('GET', `/code/${code.id}/version`);
    one('#versions').replaceChildren(...versions.map(found => {
      const names = [found.number === code.live && words.live, found.number === code.test && words.test].filter(Boolean);
      return make('option', [found.number, ...names].join(' · '), {value: found.number});
    }));
    one('#versions').value = chosen;
    await showVersion();
  };
  const showVersion = async () => {
    version = await ask('GET', `/code/${code.id}/version/${one('#versions').value}`);
    source.value = version.source;
    number();
    compare();
  };
  const number = () => {
    const count = source.value.split('\n').length;
    if (one('#lines').childElementCount !== count) one('#lines').replaceChildren(...Array.from({length: count}, () => make('li', '')));
    one('#lines').scrollTop = source.scrollTop;
  };
  source.addEventListener('input', () => { number(); compare(); });
  source.addEventListener('scroll', number);
  source.addEventListener('keydown', event => {
    // the first Escape lets the next Tab leave the field
    if (event.key === 'Escape') { source.dataset.leave = 'yes'; return; }
    if (event.key === 'Tab' && !event.shiftKey && !source.dataset.leave) {
      event.preventDefault();
      source.setRangeText('  ', source.selectionStart, source.selectionEnd, 'end');
    }
    delete source.dataset.leave;
  });
  const select = line => {
    const lines = source.value.split('\n');
    const start = lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
    source.focus();
    source.setSelectionRange(start, start + (lines[line - 1] ?? '').length);
  };

  // the longest common lines stay; the others went or came
  const differences = (before, after) => {
    const table = Array.from({length: before.length + 1}, () => new Uint32Array(after.length + 1));
    for (let i = before.length - 1; i >= 0; i--) for (let j = after.length - 1; j >= 0; j--) {
      table[i][j] = before[i] === after[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
    }
    const found = [];
    for (let i = 0, j = 0; i < before.length || j < after.length;) {
      if (i < before.length && j < after.length && before[i] === after[j]) { found.push([' ', after[j]]); i++; j++; }
      else if (j < after.length && (i === before.length || table[i][j + 1] >= table[i + 1][j])) found.push(['+', after[j++]]);
      else found.push(['-', before[i++]]);
    }
    return found;
  };
  const compare = () => {
    one('#diff').hidden = !one('#compare').checked;
    if (!one('#compare').checked) return;
    const before = code.source.split('\n'), after = source.value.split('\n');
    const found = before.length * after.length > 4e6 ? [] : differences(before, after);
    one('#diff').replaceChildren(...(found.some(([sign]) => sign !== ' ')
      ? found.map(([sign, line]) => make('span', `${sign} ${line}\n`, {className: sign === '+' ? 'came' : sign === '-' ? 'went' : ''}))
      : [make('span', words.same)]));
  };
  on('#compare', 'change', compare);
  on('#versions', 'change', showVersion);
  const save = async () => {
    if (source.value === version.source) return version.number;
    const saved = await ask('POST', `/code/${code.id}/version`, source.value);
    code = await ask('GET', '/code/' + code.id);
    await showVersions(saved.number);
    return saved.number;
  };
  on('#save', 'click', save);
  on('#publish', 'click', async () => {
    const number = await save();
    await json('PUT', `/code/${code.id}/alias/live`, {version: number});
    code = await ask('GET', '/code/' + code.id);
    await showVersions(number);
  });
  on('#try', 'submit', async happened => {
    const number = await save();
    if (number !== code.test) await json('PUT', `/code/${code.id}/alias/test`, {version: number});
    const said = new FormData(happened.target);
    const query = new URLSearchParams(said.get('params'));
    if (said.get('event')) query.set('event', said.get('event'));
    const answer = await ask('POST', `/code/${code.id}/test?${query}`, said.get('body'));
    await show(answer.result.id);
    await showRuns();
    if (answer.result.line) select(answer.result.line);
  });

  // ---- runs
  const moment = new Intl.DateTimeFormat(document.documentElement.lang, {dateStyle: 'short', timeStyle: 'medium'});
  const named = status => one(`#status option[value="${status}"]`)?.textContent ?? status;
  const showRuns = async () => {
    const status = one('#status').value;
    const runs = await ask('GET', `/coderun?limit=20&code_id=${code.id}${status ? '&status=' + status : ''}`);
    one('#runs').replaceChildren(...runs.map(run => {
      const row = make('tr', '');
      const when = make('td', '');
      when.append(make('button', moment.format(new Date(run.created_at)), {type: 'button', className: 'quiet', onclick: () => show(run.id)}));
      const state = make('td', '', {className: 'state'});
      const look = make('span', named(run.status) + (run.failure ? ' · ' + run.failure : ''));
      look.dataset.look = run.status === 'completed' ? 'work' : run.status === 'failed' ? 'breach' : 'hold';
      state.append(look);
      row.append(when, make('td', run.cause), state, make('td', run.version, {className: 'num'}), make('td', run.wall_millis ?? '–', {className: 'num'}), make('td', (run.result ?? '').slice(0, 120)));
      return row;
    }));
  };
  on('#status', 'change', showRuns);
  const show = async id => {
    watched = id;
    const run = await ask('GET', '/coderun/' + id);
    const log = await ask('GET', '/codelog?run_id=' + id);
    one('#one-run').hidden = false;
    one('#run-title').textContent = `${named(run.status)} · ${run.engine ?? ''} · ${run.wall_millis ?? 0} ms`;
    one('#run-failure').textContent = run.failure ? run.failure + (run.line ? ` · ${words.line} ${run.line}` : '') : '';
    one('#run-result').textContent = (run.result ?? '') + (run.extra?.effects?.length ? '\n' + JSON.stringify(run.extra.effects, null, 2) : '');
    one('#run-log').textContent = log.data.map(line => `${line.type.padEnd(8)}${line.content}`).join('\n');
    // what runs is looked at again
    if (['queued', 'started'].includes(run.status)) setTimeout(() => { if (watched === id) show(id); }, 1000);
  };

  ask('GET', '/action/limits').then(limits => {
    one('#engines').textContent = Object.entries(limits.engines).map(([language, engine]) => `${language}: ${engine}`).join(' · ');
  }, () => {});
  showProjects().catch(() => {});
})();
