/* Where a number comes from: its exact value, how it was computed and from what, what was published, and
   the verdict. An input of it can be traced on, and back. One number of a paragraph or a table can be
   reached with the Tab key, its neighbours with the arrows; Enter opens it. */

const PARTS = 64;
const FEW = 6; // inputs that are shown at once

function partOf(name) {
  let total = 0;
  for (const byte of new TextEncoder().encode(name.split('.').slice(0, 2).join('.'))) {
    total = (total * 31 + byte) % 65521;
  }
  return `values-${total % PARTS}`;
}

/* What is known of the value called `name`; nothing where the site has no values. */
async function known(name) {
  try {
    const { values, lists } = await data(partOf(name));
    const value = values[name];
    return value && { ...value, inputs: lists[value.inputs] };
  } catch {
    return undefined;
  }
}

const minus = (text) => text.replaceAll('-', '\u2212');

async function input(name, open) {
  const value = await known(name);
  const button = element('button', { type: 'button', 'data-input': name },
    element('span', { class: 'reader-number' }, value?.text ?? ''), ` ${value?.source.split(';')[0] ?? name}`);
  button.addEventListener('click', () => open(name));
  return element('li', {}, button);
}

async function inputs(names, open) {
  const items = await Promise.all(names.slice(0, FEW).map((name) => input(name, open)));
  const list = element('ul', { class: 'reader-inputs' }, ...items);
  if (names.length <= FEW) return [list];
  const rest = element('details', {}, element('summary', {}, `and ${names.length - FEW} more`));
  rest.addEventListener('toggle', async () => {
    if (rest.children.length > 1) return;
    const more = await Promise.all(names.slice(FEW).map((name) => input(name, open)));
    rest.append(element('ul', { class: 'reader-inputs' }, ...more));
  });
  return [list, rest];
}

/* The trace of the value called `name`, that shows `exact`; `open` traces another in its place. */
async function trace(name, exact, open) {
  const value = await known(name);
  const rows = [['Exact value', minus(value?.raw?.toString() ?? exact ?? '') || 'none']];
  if (value) {
    rows.push(['What it is', value.source]);
    if (value.published !== undefined) {
      const verdict = `${minus(value.published)} \u2013 ${value.status}`;
      rows.push(['Published', ...(value.ledger
        ? [verdict, '; ', element('a', { href: new URL(value.ledger, root).href }, 'row of the ledger')]
        : [verdict])]);
    }
    if (value.function) {
      const [page, label] = value.function;
      rows.push(['Computed by', element('a', { href: new URL(page, root).href }, element('code', {}, label))]);
    }
    if (value.inputs?.length) rows.push(['From', ...await inputs(value.inputs, open)]);
  }
  rows.push(['Name', element('code', {}, name)]);
  return element('dl', {}, ...rows.flatMap(([term, ...what]) => [element('dt', {}, term), element('dd', {}, ...what)]));
}

{
  const BLOCK = 'p, li, table, figcaption, h1, h2, h3';
  const blocks = new Map();
  for (const value of main?.querySelectorAll('.value[data-id]') ?? []) {
    const block = value.closest(BLOCK) ?? main;
    blocks.set(block, [...(blocks.get(block) ?? []), value]);
  }
  for (const values of blocks.values()) {
    values.forEach((value, i) => {
      value.tabIndex = i === 0 ? 0 : -1;
      value.setAttribute('role', 'button');
      value.setAttribute('aria-haspopup', 'dialog');
      value.addEventListener('keydown', (event) => {
        const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (event.key === 'Enter' || event.key === ' ') {
          event.preventDefault();
          value.click();
        }
        const next = values[i + by];
        if (!next) return;
        event.preventDefault();
        value.tabIndex = -1;
        next.tabIndex = 0;
        next.focus();
      });
    });
  }
}
