/* What a citation, a footnote or a cross-reference points to, shown beside it on hover, on focus and at
   the first touch; and of a computed number where it comes from. The pointer may move into it; Escape
   closes it (WCAG 1.4.13). */

{
  const LINKS = 'a.quarto-xref, a.footnote-ref, .citation a[href*="#"], a[role="doc-biblioref"]';
  const WAIT = 250; // milliseconds before it comes, and before it goes
  const LONGER = 600; // over a number, where a pointer often rests while its reader reads
  let box, shown, coming, going, touched;

  const key = (link) => {
    const file = decodeURI(link.pathname).slice(decodeURI(root.pathname).length) || 'index.html';
    return `${file.endsWith('/') ? `${file}index.html` : file}#${decodeURIComponent(link.hash.slice(1))}`;
  };

  /* A copy of what `link` points to; it must not take the identity of the original. */
  async function target(link) {
    const name = key(link);
    const html = (await data('previews'))[name];
    if (!html) return undefined;
    const base = new URL(name.split('#')[0], root);
    const copy = element('template');
    copy.innerHTML = html;
    for (const node of copy.content.querySelectorAll('*')) {
      for (const attribute of ['id', 'headers', 'tabindex', 'aria-describedby']) node.removeAttribute(attribute);
      if (node.hasAttribute('src')) node.src = new URL(node.getAttribute('src'), base);
      if (node.hasAttribute('href')) node.href = new URL(node.getAttribute('href'), base);
      if (node.getAttribute('role') === 'region') node.removeAttribute('role');
    }
    return copy.content;
  }

  /* The trace of a number; tracing an input takes its place, with a way back. */
  async function number({ dataset }) {
    const place = element('div', { class: 'reader-trace' });
    async function open(name, past) {
      const found = await trace(name, past ? undefined : dataset.value, (next) => open(next, [...(past ?? []), name]));
      place.replaceChildren(found);
      if (past === undefined) return;
      if (past.length) {
        const back = element('button', { type: 'button', class: 'reader-back' }, '\u2190 Back');
        back.addEventListener('click', () => open(past.at(-1), past.slice(0, -1)));
        place.prepend(back);
      }
      place.tabIndex = -1;
      place.focus();
      if (box) position(shown);
    }
    await open(dataset.id);
    return place;
  }

  async function show(link) {
    if (shown === link) return;
    const content = await (link.matches('.value') ? number(link) : target(link));
    if (!content || shown === link) return;
    hide();
    const scroll = element('div', { class: 'reader-preview-content', role: 'group', 'aria-label': link.matches('.value') ? 'Where the number comes from' : 'Preview' });
    scroll.append(content);
    box = element('div', { class: 'reader-preview', id: 'reader-preview', popover: 'manual' }, scroll);
    if (touched === link) box.append(element('a', { class: 'reader-go', href: link.href }, 'Go there'));
    box.addEventListener('pointerenter', () => clearTimeout(going));
    box.addEventListener('pointerleave', leave);
    box.addEventListener('focusout', leaveFocus);
    link.after(box); // so that the Tab key leads from one into the other
    box.showPopover();
    if (scroll.scrollHeight > scroll.clientHeight || scroll.scrollWidth > scroll.clientWidth) scroll.tabIndex = 0;
    link.setAttribute('aria-details', 'reader-preview');
    shown = link;
    position(link);
  }

  function position(link) {
    const place = link.getClientRects()[0];
    const edge = 12;
    const width = box.offsetWidth;
    const height = box.offsetHeight;
    const left = Math.max(edge, Math.min(place.left, document.documentElement.clientWidth - width - edge));
    const below = place.bottom + 6;
    const above = place.top - height - 6;
    box.style.left = `${left}px`;
    box.style.top = `${below + height < innerHeight || above < 0 ? below : above}px`;
  }

  function hide() {
    clearTimeout(coming);
    clearTimeout(going);
    shown?.removeAttribute('aria-details');
    box?.remove();
    box = shown = undefined;
  }

  function come(link, wait) {
    clearTimeout(going);
    clearTimeout(coming);
    coming = setTimeout(() => show(link), wait);
  }
  function leave() {
    clearTimeout(coming);
    clearTimeout(going);
    going = setTimeout(() => { if (!box?.contains(document.activeElement)) hide(); }, WAIT);
  }
  function leaveFocus(event) {
    if (!box?.contains(event.relatedTarget) && event.relatedTarget !== shown) leave();
  }

  for (const value of main?.querySelectorAll('.value[data-id]') ?? []) {
    value.addEventListener('pointerenter', (event) => { if (event.pointerType === 'mouse') come(value, LONGER); });
    value.addEventListener('pointerleave', leave);
    value.addEventListener('click', () => show(value));
    value.addEventListener('blur', leaveFocus);
  }
  for (const link of main?.querySelectorAll(LINKS) ?? []) {
    link.addEventListener('pointerenter', (event) => { if (event.pointerType === 'mouse') come(link, WAIT); });
    link.addEventListener('pointerleave', (event) => { if (event.pointerType === 'mouse') leave(); });
    link.addEventListener('focus', () => { if (link.matches(':focus-visible')) come(link, 0); });
    link.addEventListener('blur', leaveFocus);
    link.addEventListener('pointerdown', (event) => { touched = event.pointerType === 'mouse' ? undefined : link; });
    link.addEventListener('click', (event) => {
      if (touched !== link || shown === link) return hide();
      event.preventDefault();
      show(link);
    });
  }
  addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !box) return;
    if (box.contains(document.activeElement)) shown.focus();
    hide();
  });
  addEventListener('scroll', (event) => {
    if (box && !box.contains(event.target)) position(shown);
  }, { capture: true, passive: true });
  addEventListener('pointerdown', (event) => {
    if (box && !box.contains(event.target) && event.target !== shown) hide();
  });
}

