/* Light and dark: the system's choice, until the reader makes another. The first lines stand in the
   page's head (pages.py), so that the page is drawn in the right colours from the start. */

{
  const button = document.querySelector('.reader-theme');
  const system = matchMedia('(prefers-color-scheme: dark)');
  const show = (theme) => {
    document.documentElement.dataset.theme = theme;
    button?.setAttribute('aria-pressed', theme === 'dark');
  };
  show(document.documentElement.dataset.theme);
  button?.addEventListener('click', () => {
    const theme = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
    show(theme);
    remember('localStorage', 'reader-theme', theme);
  });
  system.addEventListener('change', () => {
    if (!recall('localStorage', 'reader-theme')) show(system.matches ? 'dark' : 'light');
  });
  addEventListener('storage', (event) => {
    if (event.key === 'reader-theme' && event.newValue) show(event.newValue);
  });
  // Where Quarto has a switch of its own, that one is followed.
  if (document.querySelector('.quarto-color-scheme-toggle')) {
    button?.remove();
    const follow = () => show(document.body.classList.contains('quarto-dark') ? 'dark' : 'light');
    new MutationObserver(follow).observe(document.body, { attributeFilter: ['class'] });
    follow();
  }
}

