/* A figure as large as the window, and larger: buttons or + and - change the size, Escape closes, and
   the focus goes back to where it was. */

{
  const STEPS = [1, 1.5, 2, 3, 4];

  function enlarge(image, caption) {
    let step = 0;
    const picture = element('img', { src: image.src, alt: image.alt, class: 'figure-img' });
    const frame = element('div', { class: 'reader-zoom-frame', tabindex: '0', role: 'group', 'aria-label': 'Enlarged figure' }, picture);
    const button = (label, text, action) => {
      const made = element('button', { type: 'button', 'aria-label': label }, text);
      made.addEventListener('click', action);
      return made;
    };
    const size = (to) => {
      step = Math.max(0, Math.min(STEPS.length - 1, to));
      picture.style.setProperty('--zoom', STEPS[step]);
      smaller.disabled = step === 0;
      larger.disabled = step === STEPS.length - 1;
    };
    const smaller = button('Smaller', '−', () => size(step - 1));
    const larger = button('Larger', '+', () => size(step + 1));
    const dialog = element('dialog', { class: 'reader-dialog reader-zoom-dialog', 'aria-label': caption || 'Figure' },
      element('div', { class: 'reader-zoom-tools' }, smaller, larger, button('Close', '×', () => dialog.close())),
      frame, element('p', { class: 'reader-zoom-caption' }, caption));
    dialog.addEventListener('keydown', (event) => {
      const change = { '+': 1, '=': 1, '-': -1, 0: -STEPS.length }[event.key];
      if (change) size(step + change);
    });
    dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
    dialog.addEventListener('close', () => dialog.remove());
    document.body.append(dialog);
    size(0);
    dialog.showModal();
    frame.focus();
  }

  for (const button of document.querySelectorAll('.reader-zoom')) {
    const menu = button.closest('.reader-menu');
    const home = menu.closest('figure') ?? menu.previousElementSibling;
    const image = home.querySelector('img');
    const open = () => enlarge(image, home.querySelector('figcaption')?.textContent.trim() ?? '');
    button.addEventListener('click', open);
    image.classList.add('reader-zoomable');
    image.addEventListener('click', () => { button.focus({ preventScroll: true }); open(); });
    reachable(image.closest('div'));
  }

  /* What scrolls sideways can be reached by the keyboard, and only then. */
  function reachable(box) {
    new ResizeObserver(() => {
      const scrolls = box.scrollWidth > box.clientWidth;
      for (const [name, value] of [['tabindex', '0'], ['role', 'group'], ['aria-label', 'Figure, scrolls sideways']]) {
        scrolls ? box.setAttribute(name, value) : box.removeAttribute(name);
      }
    }).observe(box);
  }
}

