/* In the contents of the page, the section that is being read. Quarto's pages have this of their own. */

{
  const links = new Map([...document.querySelectorAll('.page #TOC a[href^="#"]')].map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
  const sections = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  const mark = () => {
    const line = innerHeight * 0.25;
    const read = sections.filter((section) => section.getBoundingClientRect().top < line).at(-1) ?? sections[0];
    for (const link of links.values()) link.classList.toggle('active', link === links.get(read.id));
  };
  if (sections.length) {
    addEventListener('scroll', mark, { passive: true });
    mark();
  }
}

