/* Tables within .filterable get a field that keeps the rows with all of its words, and for each column that
   data-selects names (headings, parted by |) a choice among its contents. Words are looked for in what the row
   shows and in the names of its values. How many rows are left is told, and said. What was chosen stands in
   the address, as #Words=isasi&Verdict=attainable, so that it can be shared. */

{
  const words = (text) => text.toLowerCase().normalize('NFKC').replaceAll('\u2212', '-').split(/\s+/).filter(Boolean);

  function labelled(text, control) {
    return element('label', {}, element('span', {}, text), control);
  }

  for (const block of main?.querySelectorAll('.filterable') ?? []) {
    const table = block.querySelector('table');
    const body = table?.tBodies[0];
    if (!body) continue;
    const rows = [...body.rows].filter((row) => row.cells.length > 1).map((row) => {
      const names = [...row.querySelectorAll('[data-id]')].map((value) => value.dataset.id);
      return { row, text: words(`${row.textContent} ${names.join(' ')}`).join(' ') };
    });
    const places = new Map(headings(table).map(([column, head]) => [head.textContent.trim(), { column, head }]));
    const field = element('input', { type: 'search', autocomplete: 'off', spellcheck: 'false' });
    const selects = (block.dataset.selects ?? '').split('|').filter((name) => places.has(name)).map((name) => {
      const { column, head } = places.get(name);
      const counts = new Map();
      for (const { row } of rows) {
        const text = row.cells[column].textContent.trim();
        counts.set(text, (counts.get(text) ?? 0) + 1);
      }
      /* In the order that the heading says, if it does, or else in that of the rows. */
      const order = head.querySelector('[data-order]')?.dataset.order.split('|') ?? [];
      const texts = new Set([...order.filter((text) => counts.has(text)), ...counts.keys()]);
      const choices = [...texts].map((text) => [text, counts.get(text)]).map(([text, k]) => element('option', { value: text }, `${text} (${k})`));
      return { name, column, control: element('select', {}, element('option', { value: '' }, 'All'), ...choices) };
    });
    const controls = [['Words', field], ...selects.map(({ name, control }) => [name, control])];
    const shown = element('p', { class: 'reader-shown-rows', role: 'status' });
    const clear = element('button', { type: 'button' }, 'Show all');

    function filter() {
      const wanted = words(field.value);
      let k = 0;
      for (const { row, text } of rows) {
        const keep = wanted.every((word) => text.includes(word)) && selects.every(
          ({ column, control }) => !control.value || row.cells[column].textContent.trim() === control.value);
        row.hidden = !keep;
        k += keep;
      }
      /* The heading of a group goes with the last of its rows; rows may have been sorted meanwhile. */
      let head;
      for (const row of body.rows) {
        if (row.cells.length === 1) (head = row).hidden = true;
        else if (head && !row.hidden) head.hidden = false;
      }
      clear.hidden = k === rows.length;
      shown.textContent = `${k} of ${rows.length} rows`;
    }

    function choose() {
      const chosen = controls.filter(([, control]) => control.value).map(([name, control]) => [name, control.value]);
      history.replaceState(null, '', `${location.href.split('#')[0]}${chosen.length ? `#${new URLSearchParams(chosen)}` : ''}`);
      filter();
    }

    function recall() {
      const chosen = new URLSearchParams(location.hash.slice(1));
      if (!controls.some(([name]) => chosen.has(name))) return;
      for (const [name, control] of controls) {
        control.value = chosen.get(name) ?? '';
        if (control.selectedIndex === -1) control.value = '';  // what it does not offer
      }
      filter();
    }

    clear.addEventListener('click', () => {
      for (const [, control] of controls) control.value = '';
      choose();
      field.focus();
    });
    field.addEventListener('input', choose);
    for (const { control } of selects) control.addEventListener('change', choose);
    addEventListener('hashchange', recall);
    block.prepend(element('div', { class: 'reader-filter', role: 'search', 'aria-label': 'Rows of the table' },
      labelled('Words', field), ...selects.map(({ name, control }) => labelled(name, control)), clear, shown));
    filter();
    recall();
  }
}

