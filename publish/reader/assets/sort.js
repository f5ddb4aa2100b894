/* Long tables can be sorted by each of their columns, but for those with data-order="fixed": upwards, downwards, and as they were. Numbers go by
   their exact value; what has none comes last; rows stay under the heading of their group. */

{
  const LONG = 8;

  function content(row, column) {
    const cell = row.cells[column];
    const exact = cell?.querySelector('[data-value]')?.dataset.value;
    const text = cell?.textContent.trim() ?? '';
    const number = exact ?? text.replace('\u2212', '-');
    return { text, number: number === '' || isNaN(number) ? NaN : Number(number) };
  }

  function compare(one, other, numeric, sign) {
    if (!numeric) return sign * one.text.localeCompare(other.text, document.documentElement.lang, { numeric: true });
    if (isNaN(one.number) || isNaN(other.number)) return isNaN(one.number) - isNaN(other.number);
    return sign * (one.number - other.number);
  }

  /* Rows in runs that a group's heading begins. */
  function groups(rows) {
    const runs = [];
    for (const row of rows) {
      if (!runs.length || row.cells.length === 1) runs.push([]);
      runs.at(-1).push(row);
    }
    return runs;
  }

  function sort(body, original, column, sign) {
    const cells = new Map(original.map((row) => [row, content(row, column)]));
    const values = original.filter((row) => row.cells.length > 1).map((row) => cells.get(row));
    const numbers = values.filter((value) => !isNaN(value.number)).length;
    const numeric = numbers > 0 && numbers >= values.length / 2;
    body.append(...groups(original).flatMap((run) => {
      const heads = run.filter((row) => row.cells.length === 1);
      const rest = run.filter((row) => row.cells.length > 1);
      return [...heads, ...rest.sort((a, b) => compare(cells.get(a), cells.get(b), numeric, sign))];
    }));
  }

  for (const table of main?.querySelectorAll('table:not([data-order="fixed"])') ?? []) {
    const body = table.tBodies[0];
    if (!table.tHead || !body || body.rows.length < LONG) continue;
    const original = [...body.rows];
    const heads = headings(table);
    for (const [column, head] of heads) {
      const button = element('button', { type: 'button', class: 'reader-sort' });
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener('click', () => {
        const next = { none: 'ascending', ascending: 'descending', descending: 'none' }[head.ariaSort ?? 'none'];
        for (const [, other] of heads) other.removeAttribute('aria-sort');
        if (next === 'none') body.append(...original);
        else {
          head.ariaSort = next;
          sort(body, original, column, next === 'ascending' ? 1 : -1);
        }
        const order = next === 'none' ? 'in the original order' : `sorted by ${head.textContent.trim()}, ${next}`;
        announce(`Table ${order}`);
      });
    }
  }
}

