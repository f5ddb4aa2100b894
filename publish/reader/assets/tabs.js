/* Tabsets, as Quarto writes them: arrow keys move between the tabs. Where Quarto's own script is on the
   page it does this. */

if (!window.bootstrap) {
  for (const list of document.querySelectorAll('.panel-tabset > [role="tablist"]')) {
    const tabs = [...list.querySelectorAll('[role="tab"]')];
    const show = (chosen) => {
      for (const tab of tabs) {
        const active = tab === chosen;
        tab.classList.toggle('active', active);
        tab.setAttribute('aria-selected', active);
        tab.tabIndex = active ? 0 : -1;
        document.getElementById(tab.getAttribute('aria-controls')).classList.toggle('active', active);
      }
    };
    tabs.forEach((tab, i) => {
      tab.addEventListener('click', (event) => { event.preventDefault(); show(tab); });
      tab.addEventListener('keydown', (event) => {
        const to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: tabs.length - 1 }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        const next = tabs[(to + tabs.length) % tabs.length];
        show(next);
        next.focus();
      });
    });
    show(tabs.find((tab) => tab.classList.contains('active')) ?? tabs[0]);
  }
  // A link may lead to what an inactive tab holds.
  const open = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    reveal(target);
    target.scrollIntoView();
  };
  addEventListener('hashchange', open);
  if (location.hash && document.querySelector('.panel-tabset')) open();
}

