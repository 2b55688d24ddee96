// What htmx does not do by itself: the stream of changes, the dialog, the countdowns, the two switches.
(() => {
  'use strict';
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const language = document.documentElement.lang;
  const numbers = new Intl.NumberFormat(language);

  // ---- the switches
  document.addEventListener('click', event => {
    const switched = event.target.closest('[data-theme-switch]');
    if (switched) {
      const dark = document.documentElement.dataset.theme
        ? document.documentElement.dataset.theme === 'dark'
        : matchMedia('(prefers-color-scheme: dark)').matches;
      document.documentElement.dataset.theme = dark ? 'light' : 'dark';
      localStorage.setItem('caravana-theme', document.documentElement.dataset.theme);
    }
    const spoken = event.target.closest('[data-language]');
    if (spoken) {
      document.cookie = `caravana-language=${spoken.value}; path=/; max-age=31536000; samesite=strict`;
      location.reload();
    }
    if (event.target.closest('#fresh')) one('#filter').requestSubmit();
  });

  // ---- requests: the token of the session goes along; a sign-in page is no part of this one
  document.addEventListener('htmx:config:request', event => {
    const token = document.cookie.match(/(?:^|; )XSRF-TOKEN=([^;]*)/);
    const request = event.detail.ctx.request;
    if (token && request.method !== 'GET') request.headers['X-XSRF-TOKEN'] = decodeURIComponent(token[1]);
    // what is empty says nothing, and makes addresses long
    const form = one('#filter');
    if (form && event.target === form) {
      const used = [...new FormData(form)].filter(([name, value]) => value !== '' && !(name === 'show' && value === 'open'));
      request.body = new URLSearchParams(used);
      one('#export').href = '/tickets.csv?' + request.body;
    }
  });
  document.addEventListener('htmx:before:swap', event => {
    if (event.detail.ctx.response?.raw?.redirected) {
      event.preventDefault();
      location.reload();
    }
  });
  const say = text => {
    const said = one('#said');
    said.textContent = text;
    clearTimeout(said.timer);
    said.timer = setTimeout(() => said.textContent = '', 8000);
  };
  document.addEventListener('htmx:response:error', event => {
    event.preventDefault();
    let text = event.detail.ctx.text ?? '';
    try { text = JSON.parse(text).detail; } catch { /* no problem document */ }
    say(text || event.detail.ctx.response?.raw?.statusText || 'Error');
  });

  // ---- the dialog
  const dialog = one('#dialog');
  let opener = null;
  document.addEventListener('htmx:after:swap', () => {
    if (dialog && dialog.childElementCount && !dialog.open) {
      opener = document.activeElement;
      dialog.showModal();
    }
    count();
  });
  dialog?.addEventListener('close', () => {
    dialog.replaceChildren();
    opener?.focus();
  });
  dialog?.addEventListener('click', event => { if (event.target === dialog) dialog.close(); });

  // ---- keys: / to the search
  document.addEventListener('keydown', event => {
    if (event.key === '/' && !event.target.matches('input, select, textarea') && !dialog?.open) {
      const search = one('[data-key="/"]');
      if (search) { event.preventDefault(); search.focus(); }
    }
  });

  // ---- countdowns
  const count = () => all('[data-until]').forEach(time => {
    const left = Math.floor((new Date(time.dataset.until) - Date.now()) / 1000);
    const part = number => String(Math.floor(number)).padStart(2, '0');
    const seconds = Math.abs(left);
    time.textContent = (left < 0 ? '−' : '') + part(seconds / 3600) + ':' + part(seconds / 60 % 60) + ':' + part(seconds % 60);
    time.classList.toggle('soon', left < 900);
    time.classList.toggle('over', left < 0);
  });
  setInterval(count, 1000);
  count();

  // ---- live: the stream tells what has changed; the page asks for what it shows
  const live = one('#live');
  let stream = null, last = document.body.dataset.place ?? '', heard = 0, wait = 1000;
  const state = on => {
    if (!live || live.classList.contains('off') === !on) return;
    live.classList.toggle('off', !on);
    live.textContent = on ? live.dataset.on : live.dataset.off;
  };
  const connect = () => {
    stream?.close();
    heard = Date.now();
    stream = new EventSource('/desk-events' + (last ? '?after=' + encodeURIComponent(last) : ''));
    stream.onopen = () => { state(true); wait = 1000; heard = Date.now(); };
    stream.onerror = () => state(false);
    stream.onmessage = message => {
      heard = Date.now();
      if (message.lastEventId) last = message.lastEventId;
      if (message.data) changed(JSON.parse(message.data));
    };
  };
  // while there is no stream the counters are asked for
  setInterval(() => { if (live?.classList.contains('off')) document.body.dispatchEvent(new Event('desk:alone')); }, 30000);
  // a stream that was refused, or whose server went away without a word, is opened again
  setInterval(() => {
    if (stream && (stream.readyState === 2 || Date.now() - heard > 40000) && Date.now() - heard > wait) {
      wait = Math.min(wait * 2, 30000);
      connect();
    }
  }, 1000);
  const sign = number => number > 0 ? 'up' : number < 0 ? 'down' : 'same';
  const change = number => (number > 0 ? '+' : number < 0 ? '−' : '±') + numbers.format(Math.abs(number));
  const put = (place, text) => {
    if (!place || place.textContent === text) return;
    place.textContent = text;
    place.classList.remove('changed');
    requestAnimationFrame(() => place.classList.add('changed'));
  };
  // what sums up is asked for again a few seconds after a change, once for all of them
  let quietAt = 0;
  const quiet = () => { quietAt ||= Date.now() + 3000; };
  setInterval(() => {
    if (quietAt && Date.now() > quietAt) { quietAt = 0; document.body.dispatchEvent(new Event('desk:quiet')); }
  }, 1000);
  const changed = news => {
    if (news.much) one('#fresh')?.removeAttribute('hidden');
    let unknown = false;
    for (const counter of news.counters ?? []) {
      const place = one(`[data-counter="${counter.type}.${counter.state}"]`);
      unknown ||= !place;
      put(place, numbers.format(counter.total));
    }
    for (const card of news.cards ?? []) {
      put(one(`[data-open="${card.type}"]`), numbers.format(card.open));
      const today = one(`[data-open-today="${card.type}"]`);
      if (today) { put(today, change(card.today)); today.dataset.sign = sign(card.today); }
    }
    if (unknown && one('#status-counters')) htmx.ajax('GET', '/htmx/status/counters', {target: '#status-counters', swap: 'innerHTML'});
    for (const ticket of news.tickets ?? []) {
      const row = document.getElementById('t-' + ticket.id);
      if (row) {
        htmx.ajax('GET', `/htmx/row/${ticket.type}/${ticket.id}`, {target: row, swap: 'outerHTML'})
          .then(() => document.getElementById('t-' + ticket.id)?.classList.add('changed'));
      } else if (ticket.kind === 'created') {
        one('#fresh')?.removeAttribute('hidden');
      }
    }
    if (news.tickets?.length || news.much) quiet();
  };
  if (live) connect();
  addEventListener('pagehide', () => stream?.close());
  addEventListener('pageshow', event => { if (event.persisted) connect(); });
})();
