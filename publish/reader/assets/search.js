/* Search over text, figures, tables, references and values: "/" or Ctrl-K opens, arrows move, Enter
   goes there, Escape closes. On arrival the words are marked. The "/" can be switched off, since who
   speaks to a computer may say it unawares (WCAG 2.1.4). */

const KINDS = { section: 'Text', figure: 'Figure', table: 'Table', reference: 'Reference' };
const MOST = 40;

/* Letters without accents and in lower case, every kind of dash a plain one; same length as before. */
function plain(text) {
  return [...text].map((c) => {
    const bare = c.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
    return bare.length === c.length ? bare.replace(/[\u2010-\u2015\u2212]/, '-').replace(/\s/, ' ') : c;
  }).join('');
}

function words(query) {
  return plain(query).split(' ').filter(Boolean);
}

/* How well `text` answers `terms`: 0 if one is missing; beginnings of words count more, and so do the terms
   in a row. */
function score(text, terms) {
  let sum = terms.length > 1 && text.includes(terms.join(' ')) ? 2 : 0;
  for (const term of terms) {
    const at = text.indexOf(term);
    if (at < 0) return 0;
    sum += at === 0 || /[^\p{L}\p{N}]/u.test(text[at - 1]) ? 2 : 1;
  }
  return sum;
}

/* Every search result, best first. */
function find(index, query) {
  const terms = words(query);
  if (!terms.length) return [];
  const results = [];
  for (const [kind, page, id, title, text] of index.entries) {
    const head = score(plain(title), terms);
    const found = head * 4 || score(plain(`${title} ${text}`), terms);
    if (found) results.push({ rank: found + (kind === 'section' ? 0.5 : 0), kind: KINDS[kind], page, id, title, text });
  }
  for (const [name, shown, page, place] of index.values) {
    const named = score(plain(name), terms);
    // Who writes a dot looks for a name; a number finds the values that show it.
    const found = named * (query.includes('.') ? 8 : 1) || Number(terms.length === 1 && plain(shown) === terms[0]);
    if (found) results.push({ rank: found + (name === query.trim() ? 8 : 0) - (page < 0 ? 2 : 0) - name.split('.').length / 100, kind: 'Value', page, value: name, title: name, shown, text: place });
  }
  return results.sort((a, b) => b.rank - a.rank);
}

function address(index, { page, id, value }) {
  if (page < 0) return new URL('values.json', root);
  return new URL(index.pages[page][0] + (value ? `#value=${value}` : id ? `#${id}` : ''), root);
}

/* The piece of `text` around the terms in a row, or around the first of them, the terms marked. */
function snippet(text, terms) {
  const flat = plain(text);
  const places = [terms.join(' '), ...terms].map((term) => flat.indexOf(term)).filter((at) => at >= 0);
  const start = Math.max(0, (flat.includes(terms.join(' ')) ? places[0] : Math.min(...places, text.length)) - 50);
  const from = start && places.length ? text.indexOf(' ', start) + 1 : 0;
  const end = from + 170 < text.length ? text.lastIndexOf(' ', from + 170) : text.length;
  return marked(`${from ? '… ' : ''}${text.slice(from, end)}${end < text.length ? ' …' : ''}`, terms);
}

function marked(text, terms) {
  const out = document.createDocumentFragment();
  const flat = plain(text);
  let done = 0;
  for (let at = 0; at < text.length; at++) {
    const term = terms.find((t) => flat.startsWith(t, at));
    if (!term) continue;
    out.append(text.slice(done, at), element('mark', {}, text.slice(at, at + term.length)));
    at += term.length - 1;
    done = at + 1;
  }
  out.append(text.slice(done));
  return out;
}

function searchDialog() {
  const input = element('input', {
    type: 'text', enterkeyhint: 'search', id: 'reader-query', role: 'combobox', 'aria-controls': 'reader-results',
    'aria-expanded': 'false', 'aria-autocomplete': 'list', autocomplete: 'off', spellcheck: 'false',
    'aria-label': 'Search text, tables and values', placeholder: 'Search text, tables and values',
  });
  const list = element('ul', { id: 'reader-results', role: 'listbox', 'aria-label': 'Results' });
  const count = element('p', { class: 'reader-count', role: 'status' });
  const close = element('button', { type: 'button', class: 'reader-close', 'aria-label': 'Close search' }, '×');
  const dialog = element('dialog', { class: 'reader-dialog reader-search-dialog', 'aria-label': 'Search' },
    element('div', { class: 'reader-search-head' }, input, close), count, list, shortcut());
  document.body.append(dialog);
  let results = [];
  let chosen = -1;
  let index;

  function choose(position) {
    const options = list.children;
    options[chosen]?.setAttribute('aria-selected', 'false');
    chosen = options.length ? (position + options.length) % options.length : -1;
    options[chosen]?.setAttribute('aria-selected', 'true');
    options[chosen]?.scrollIntoView({ block: 'nearest' });
    if (chosen < 0) input.removeAttribute('aria-activedescendant');
    else input.setAttribute('aria-activedescendant', options[chosen].id);
  }

  async function show() {
    index = await data('search');
    const terms = words(input.value);
    results = find(index, input.value);
    list.replaceChildren(...results.slice(0, MOST).map((result, i) => {
      const page = result.page < 0 ? 'not shown in the text; see values.json' : index.pages[result.page][1];
      const place = result.value && result.text && result.text !== page ? `${page} · ${result.text}` : page;
      const option = element('li', { id: `reader-result-${i}`, role: 'option', 'aria-selected': 'false' },
        element('span', { class: 'reader-kind' }, result.kind),
        element('span', { class: 'reader-title' }, marked(result.title, terms),
          ...(result.value ? [element('span', { class: 'reader-shown' }, ` ${result.shown}`)] : [])),
        element('span', { class: 'reader-place' }, place));
      if (!result.value) option.append(element('span', { class: 'reader-snippet' }, snippet(result.text, terms)));
      option.addEventListener('click', () => go(i));
      return option;
    }));
    input.setAttribute('aria-expanded', String(results.length > 0));
    count.textContent = !terms.length ? '' : results.length > MOST ? `The first ${MOST} of ${results.length} results`
      : results.length === 1 ? '1 result' : `${results.length} results`;
    choose(0);
  }

  function go(position) {
    const result = results[position];
    if (!result) return;
    const target = address(index, result);
    if (!result.value) remember('sessionStorage', 'reader-found', JSON.stringify([target.href, input.value]));
    dialog.close();
    if (target.href === location.href) arrive();
    else location.href = target.href;
  }

  input.addEventListener('input', show);
  input.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) choose(chosen + step);
    else if (event.key === 'Enter') go(chosen);
    else return;
    event.preventDefault();
  });
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => input.blur()); // or it would go on taking the "/" that opens it
  dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
  return () => {
    if (dialog.open) return;
    dialog.showModal();
    input.select();
    data('search');
  };
}

const SLASH = 'reader-slash'; // remembered as "off" where the reader does not want it

function shortcut() {
  const box = element('input', { type: 'checkbox' });
  box.checked = recall('localStorage', SLASH) !== 'off';
  box.addEventListener('change', () => remember('localStorage', SLASH, box.checked ? 'on' : 'off'));
  return element('p', { class: 'reader-shortcut' }, element('label', {}, box, 'The key / opens this search'));
}

/* Scroll to the value that the address names, or mark the words that were searched for. */
function arrive() {
  const name = decodeURIComponent(location.hash).match(/^#value=(.+)$/)?.[1];
  if (name) {
    const value = [...main.querySelectorAll('.value')].find((span) => span.dataset.id === name);
    if (!value) return;
    document.querySelector('.reader-arrived')?.classList.remove('reader-arrived');
    value.classList.add('reader-arrived');
    reveal(value);
    value.scrollIntoView({ block: 'center' });
    value.focus({ preventScroll: true });
    value.click();
    return;
  }
  const [href, query] = JSON.parse(recall('sessionStorage', 'reader-found') || '[]');
  if (href !== location.href || !window.CSS?.highlights) return;
  remember('sessionStorage', 'reader-found', '[]');
  const home = (location.hash && document.getElementById(location.hash.slice(1))) || main;
  const place = home.closest('section, .quarto-float, .csl-entry') || main;
  const terms = words(query);
  const ranges = [];
  const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const flat = plain(node.data);
    for (const term of terms) {
      for (let at = flat.indexOf(term); at >= 0; at = flat.indexOf(term, at + term.length)) {
        const range = new Range();
        range.setStart(node, at);
        range.setEnd(node, at + term.length);
        ranges.push(range);
      }
    }
  }
  CSS.highlights.set('reader-found', new Highlight(...ranges));
  const first = ranges[0]?.startContainer.parentElement;
  if (first && !first.closest('svg')) {
    reveal(first);
    first.scrollIntoView({ block: 'center' });
  }
}

/* Open the tab that hides `node`. */
function reveal(node) {
  const pane = node.closest('.tab-pane:not(.active)');
  if (pane) document.querySelector(`[aria-controls="${pane.id}"]`)?.click();
}

{
  let open;
  const start = () => (open ??= searchDialog())();
  document.querySelector('.reader-search')?.addEventListener('click', start);
  addEventListener('keydown', (event) => {
    const typing = event.target.closest?.('input, textarea, select, [contenteditable]');
    const asked = event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey
      && recall('localStorage', SLASH) !== 'off';
    if (!asked && !(event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey))) return;
    event.preventDefault();
    start();
  });
  addEventListener('hashchange', arrive);
  arrive();
}

