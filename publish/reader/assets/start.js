/* What the other parts share: the root, elements, columns of tables, and data loaded when first asked for. */

const script = document.currentScript;
const root = new URL(script.dataset.up || './', location.href);
const main = document.querySelector('main');

/* An element with attributes and children; a child may be text. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/* Data comes in scripts, since a page opened from a disk may not fetch. */
const loading = {};
function data(name) {
  loading[name] ??= new Promise((resolve, reject) => {
    const tag = element('script', { src: new URL(`${name}.js`, script.src).href });
    tag.onload = () => resolve(window.readerData[name]);
    tag.onerror = reject;
    document.head.append(tag);
  });
  return loading[name];
}

/* The heading cells by the column that they stand over, one column each. */
function headings(table) {
  const taken = [];
  const found = [];
  [...table.tHead.rows].forEach((row, r) => {
    let column = 0;
    for (const cell of row.cells) {
      while (taken[r]?.[column]) column++;
      for (let down = 0; down < cell.rowSpan; down++) {
        for (let right = 0; right < cell.colSpan; right++) (taken[r + down] ??= [])[column + right] = true;
      }
      if (cell.colSpan === 1 && cell.textContent.trim()) found.push([column, cell]);
      column += cell.colSpan;
    }
  });
  return found;
}

/* Say something to who listens rather than sees. */
function announce(text) {
  const status = document.querySelector('.reader-status');
  if (status) status.textContent = text;
}

/* Without a store (private windows, some browsers for files) nothing is remembered, and nothing fails. */
function remember(store, name, value) {
  try { window[store].setItem(name, value); } catch { /* see above */ }
}
function recall(store, name) {
  try { return window[store].getItem(name); } catch { return null; }
}

