/* How the page speaks of effects: their measure, and the scale on which readers know them.

   An effect is analysed as it is, a ratio as its logarithm, a correlation as Fisher's z; `shown` says
   which. What the data leave out is what the page says by itself. */
const words = (() => {
  const data = JSON.parse(document.getElementById("what-if-data").textContent);
  const said = { measure: "SMD", usual: "As published", before: "as published it", ...data.words };
  const kind = data.shown ?? "difference";
  const back = { difference: (x) => x, ratio: Math.exp, correlation: Math.tanh }[kind];
  const analysed = { difference: (x) => x, ratio: Math.log, correlation: Math.atanh }[kind];

  /* A number not below 0 as Python rounds it: what is exactly between two goes to the even one.

     With m = 2^(places + 1), x lies between two where m x is an odd integer; products with powers of 2
     and remainders are exact. Then x ends with one more decimal, a 5, and toFixed goes up. */
  function rounded(x, places) {
    const up = x.toFixed(places);
    const between = (x * 2 ** (places + 1)) % 2 === 1;
    return between && Number(up.at(-1)) % 2 ? x.toFixed(places + 1).slice(0, places ? -1 : -2) : up;
  }
  /* With a true minus sign, and never as minus nought. */
  function digits(value, places) {
    const text = rounded(Math.abs(value), places);
    return value < 0 && /[1-9]/.test(text) ? `\u2212${text}` : text;
  }
  /* As many more places as tell on which side of a line a number lies, as in display/numbers.py. */
  const FURTHER = 6;
  function apart(value, places, line) {
    for (let more = places; more <= places + FURTHER && value !== line; more += 1) {
      if (digits(value, more) !== digits(line, more)) return digits(value, more);
    }
    return digits(value, places);
  }
  /* A ratio is never shown as nought, and its limits of thousands as no more than that. */
  const MOST = 1000;
  const effect = (value, places = said.places ?? 2) =>
    kind === "ratio" ? apart(back(value), places, 0) : digits(back(value), places);
  function limit(value, places = said.places ?? 2) {
    const shown = back(value);
    if (kind === "ratio" && !Number(digits(shown, places))) return `<${digits(10 ** -places, places)}`;
    return kind === "ratio" && shown > MOST ? `>${MOST}` : apart(shown, places, back(0));
  }
  const shownP = (p) => (p < 0.001 ? "p < 0.001" : `p = ${apart(p, 3, 0.05)}`);

  /* Places on the scale of the analysis for the ticks of an axis, each with its label. */
  const RATIOS = [0.001, 0.01, 0.1, 1, 10, 100, 1000];
  const FINER = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100];
  const FINEST = [0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2];
  const CORRELATIONS = [-0.9, -0.8, -0.6, -0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8, 0.9];
  const MOST_TICKS = 6;

  function ticks(low, high) {
    if (kind === "difference") return even(low, high);
    const choices = kind === "ratio" ? [FINEST, FINER, RATIOS] : [CORRELATIONS];
    const within = choices.map((values) =>
      values.map((value) => [analysed(value), String(value).replace("-", "\u2212")])
        .filter(([x]) => x >= low && x <= high));
    return within.find((found) => found.length > 2 && found.length <= MOST_TICKS) ?? within.at(-1);
  }

  function even(low, high) {
    const fits = (step) => (high - low) / step <= MOST_TICKS;
    const usual = [0.25, 0.5, 1, 2, 5, 10];
    let step = usual.find(fits);
    if (step === undefined || (high - low) / step < 2) {
      const power = 10 ** Math.floor(Math.log10((high - low) / MOST_TICKS));
      step = [1, 2, 5, 10].map((each) => each * power).find(fits);
    }
    const places = [0, 1, 2, 3, 4, 5, 6].find((n) => Math.abs(step * 10 ** n - Math.round(step * 10 ** n)) < 1e-9) ?? 6;
    const found = [];
    for (let n = Math.ceil(low / step); n * step <= high; n += 1) found.push([n * step, digits(n * step, places)]);
    return found;
  }

  return { ...said, rounded, digits, effect, limit, analysed, shownP, ticks };
})();
