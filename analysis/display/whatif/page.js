/* The experiment: what the reader chose, its analysis, and the page that shows both.

   state      outcome, method, ci, correction, without (studies), only (variable:category), own trials;
              it stands in the address, so that it can be shared and cited
   analysis   effects of the trials that are in, their result, and what conclusions ask for */
const page = (() => {
  const { digits, shownP, interval, judge } = conclusions;
  const { effect: shownEffect, limit, analysed } = words;
  const root = document.getElementById("what-if");
  const data = JSON.parse(document.getElementById("what-if-data").textContent);
  const find = (selector) => root.querySelector(selector);
  const [LOWEST, HIGHEST] = data.widest ?? [-2, 3];
  const range = (low, high) => `${limit(low)}\u00a0to\u00a0${limit(high)}`;  // on one line
  const REACH = data.widest ? 0 : 0.5;  // above no effect, that the axis has at least

  const CHOICES = {
    outcome: Object.entries(data.outcomes).map(([key, outcome]) => [key, outcome.label]),
    method: Object.entries(data.methods),
    ci: Object.entries(data.intervals),
    correction: Object.entries(data.corrections),
  };

  const published = (outcome) => ({
    outcome, method: data.outcomes[outcome].method, ci: data.outcomes[outcome].ci ?? "z",
    correction: CHOICES.correction[0][0],
    without: new Set(), only: "", own: [],
  });

  /* ---- state and address ---- */

  function written(state) {
    const usual = published(state.outcome);
    const parts = new URLSearchParams({ outcome: state.outcome });
    for (const name of ["method", "ci", "correction", "only"]) {
      if (state[name] !== usual[name]) parts.set(name, state[name]);
    }
    if (state.without.size) parts.set("without", [...state.without].sort().join(" "));
    for (const { name, yi, vi, n } of state.own) {
      parts.append("trial", JSON.stringify(n ? [name, yi, vi, n] : [name, yi, vi]));
    }
    return parts.toString();
  }

  function read(text) {
    const parts = new URLSearchParams(text);
    const outcome = parts.get("outcome");
    if (!Object.hasOwn(data.outcomes, outcome ?? "")) return published(CHOICES.outcome[0][0]);
    const state = published(outcome);
    for (const name of ["method", "ci", "correction"]) {
      const given = parts.get(name);
      if (CHOICES[name].some(([key]) => key === given)) state[name] = given;
    }
    if (groupOf(parts.get("only") ?? "")) state.only = parts.get("only");
    state.own = parts.getAll("trial").map(ownFrom).filter(Boolean);
    const known = new Set([...Object.keys(data.names), ...state.own.map((_, i) => ownKey(i))]);
    for (const study of (parts.get("without") ?? "").split(" ")) {
      if (known.has(study)) state.without.add(study);
    }
    return state;
  }

  const ownKey = (i) => `own-${i + 1}`;
  const usable = (yi, vi) => Math.abs(yi) <= 1e6 && vi >= 1e-12 && vi <= 1e12;

  function ownFrom(text) {
    try {
      const [name, yi, vi, n] = JSON.parse(text);
      if (typeof name !== "string" || !usable(yi, vi)) return null;
      return { name: name.slice(0, 80), yi, vi, n: n >= 4 ? n : null };
    } catch {
      return null;
    }
  }

  function groupOf(only) {
    const [variable, category] = only.split(":");
    if (!Object.hasOwn(data.groups, variable)) return null;
    const { categories, members } = data.groups[variable];
    return Object.hasOwn(categories, category ?? "") ? { category, members } : null;
  }

  /* ---- analysis ---- */

  function trialsOf(state) {
    const group = groupOf(state.only);
    const given = data.outcomes[state.outcome].trials.map(([study, yi, vi, n]) => ({
      study, name: data.names[study], yi, vi, n,
      within: !group || group.members[study] === group.category,
    }));
    const own = state.own.map((trial, i) => ({ ...trial, study: ownKey(i), within: true, own: i }));
    return [...given, ...own].map((trial) => {
      const j = state.correction === "g" && trial.n ? engine.hedges(trial.n) : 1;
      const included = trial.within && !state.without.has(trial.study);
      return { ...trial, yi: j * trial.yi, vi: j * j * trial.vi, included };
    });
  }

  function analyse(state) {
    const trials = trialsOf(state);
    const effects = trials.filter((trial) => trial.included);
    const options = { method: state.method, ci: state.ci, level: data.level };
    const result = effects.length ? engine.pool(effects, options) : null;
    return {
      trials, effects, options, result,
      studies: effects.map((trial) => trial.study), names: effects.map((trial) => trial.name),
    };
  }

  /* ---- what is shown ---- */

  function element(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  }

  function fillChoices() {
    for (const [name, pairs] of Object.entries(CHOICES)) {
      find(`[name=${name}]`).replaceChildren(
        ...pairs.map(([value, label]) => element("option", { value }, label)),
      );
    }
    find("[name=only]").replaceChildren(
      element("option", { value: "" }, "All"),
      ...Object.entries(data.groups).map(([variable, { label, categories }]) =>
        element("optgroup", { label }, ...Object.entries(categories).map(([category, words]) =>
          element("option", { value: `${variable}:${category}` }, words))),
      ),
    );
  }

  /* What the data call otherwise than the page does, and what there is nothing to choose of. */
  function speak() {
    for (const node of root.querySelectorAll("[data-word]")) {
      node.textContent = words[node.dataset.word] ?? node.textContent;
    }
    for (const name of ["outcome", "correction", "only"]) {
      const select = find(`[name=${name}]`);
      if (select.options.length < 2) select.closest("p").classList.add("what-if-single");
    }
    if (data.arms === false) find("[name=given]").closest("p").remove();
  }

  let rows = [];

  function drawRows(trials) {
    rows = trials.map((trial) => {
      const box = element("input", { type: "checkbox", "data-study": trial.study });
      const name = element("label", {}, box, " ", trial.name);
      const bar = element("td", { class: "what-if-plot", "aria-hidden": "true" },
        element("span", { class: "what-if-zero" }), element("span", { class: "what-if-line" }),
        element("span", { class: "what-if-square" }));
      const head = element("th", { scope: "row" }, name);
      if (trial.own !== undefined) {
        head.append(" ", element("button", {
          type: "button", "data-remove": trial.own, "aria-label": `Remove ${trial.name}`,
        }, "\u00d7"));
      }
      const [effect, weight] = [element("td"), element("td")];
      const row = element("tr", {}, head, bar, effect, weight);
      return { row, box, bar, effect, weight };
    });
    find(".what-if-forest tbody").replaceChildren(...rows.map(({ row }) => row));
  }

  function place(bar, low, middle, high, scale) {
    const [, line, mark] = bar.children;
    const from = scale(low);
    line.style.left = `${from}%`;
    line.style.width = `${scale(high) - from}%`;
    line.classList.toggle("what-if-cut-low", low < scale.low);
    line.classList.toggle("what-if-cut-high", high > scale.high);
    mark.style.left = `${scale(middle)}%`;
    mark.hidden = middle < scale.low || middle > scale.high;
    bar.children[0].style.left = `${scale(0)}%`;
  }

  function scaleOf(trials, result, half) {
    const bounds = trials.filter((t) => t.included).flatMap((t) => {
      const reach = half * Math.sqrt(t.vi);
      return [t.yi - reach, t.yi + reach];
    });
    const pooled = result ? [result.ci_low, result.ci_high] : [];
    const low = Math.min(Math.max(Math.min(0, ...bounds), LOWEST), ...pooled);
    const high = Math.max(Math.min(Math.max(REACH, ...bounds), HIGHEST), ...pooled);
    const room = 0.04 * (high - low);
    const scale = (x) =>
      Math.min(100, Math.max(0, (100 * (x - low + room)) / (high - low + 2 * room)));
    return Object.assign(scale, { low: low - room, high: high + room });
  }

  function showForest({ trials, result }) {
    const half = distributions.quantile(data.level, null);
    const scale = scaleOf(trials, result, half);
    let position = 0;
    trials.forEach((trial, i) => {
      const { row, box, bar, effect, weight } = rows[i];
      const reach = half * Math.sqrt(trial.vi);
      box.checked = trial.included;
      box.disabled = !trial.within;
      row.classList.toggle("what-if-out", !trial.included);
      place(bar, trial.yi - reach, trial.yi, trial.yi + reach, scale);
      const share = trial.included ? result.weights[position] : 0;
      position += trial.included ? 1 : 0;
      bar.children[2].style.setProperty("--size", `${0.3 + 0.07 * Math.sqrt(share)}rem`);
      effect.textContent =
        `${shownEffect(trial.yi)} (${range(trial.yi - reach, trial.yi + reach)})`;
      weight.textContent = trial.included ? `${digits(share, 1)}%` : "out";
    });
    showPooled(result, scale);
  }

  function showPooled(result, scale) {
    const foot = find(".what-if-forest tfoot");
    if (!result) {
      foot.replaceChildren();
      return;
    }
    const row = (label, kind, low, middle, high, text) => {
      const bar = element("td", { class: `what-if-plot ${kind}`, "aria-hidden": "true" },
        element("span", { class: "what-if-zero" }), element("span", { class: "what-if-line" }),
        element("span", { class: "what-if-square" }));
      place(bar, low, middle, high, scale);
      return element("tr", {}, element("th", { scope: "row" }, label), bar,
        element("td", {}, text), element("td"));
    };
    const { estimate, ci_low: low, ci_high: high, prediction_low: from, prediction_high: to } = result;
    const lines = [row("Mean effect", "what-if-mean", low, estimate, high,
      `${shownEffect(estimate)} (${range(low, high)})`)];
    if (from !== null) {
      lines.push(row("Prediction interval", "what-if-prediction", from, estimate, to, range(from, to)));
    }
    foot.replaceChildren(...lines, axis(scale));
  }

  function axis(scale) {
    const ticks = element("td", { class: "what-if-plot what-if-axis", "aria-hidden": "true" });
    for (const [x, label] of words.ticks(scale.low, scale.high)) {
      const tick = element("span", {}, label);
      tick.style.left = `${scale(x)}%`;
      ticks.append(tick);
    }
    return element("tr", {}, element("td"), ticks, element("td"), element("td"));
  }

  const whole = (value) => digits(value, 0);
  const to = (places) => (value) => digits(value, places);
  const shown = (value) => shownEffect(value, words.places ?? 3);
  const end = (value) => limit(value, words.places ?? 3);
  const STATISTICS = [
    ["k", "Trials", whole], ["estimate", `Mean effect (${words.measure})`, shown],
    ["ci_low", "Lower confidence limit", end], ["ci_high", "Upper confidence limit", end],
    ["pvalue", "p of the mean effect", shownP], ["tau", "\u03c4", to(3)],
    ["tau2", "\u03c4\u00b2", to(3)], ["i2", "I\u00b2, per cent", to(1)], ["q", "Q", to(2)],
    ["q_df", "Degrees of freedom of Q", whole], ["q_pvalue", "Q test", shownP],
    ["prediction_low", "Lower prediction limit", end],
    ["prediction_high", "Upper prediction limit", end],
    ["egger_estimate", "Egger\u2019s test: slope on the standard error", to(2)],
    ["egger_pvalue", "p of Egger\u2019s test", shownP],
  ];

  const OF_SEVERAL = ["tau", "tau2", "i2", "q", "q_df", "q_pvalue"];  // a single trial has none

  function statistics({ result, effects }) {
    const enough = effects.length >= (data.conventions.fewest ?? 1);
    const found = enough ? engine.egger(effects) : null;
    const none = effects.length < 2 ? Object.fromEntries(OF_SEVERAL.map((name) => [name, null])) : {};
    return { ...result, ...none, egger_estimate: found?.estimate, egger_pvalue: found?.pvalue };
  }

  function showResults(usual, now) {
    const [before, after] = [usual, now].map(statistics);
    const cell = (name, shown, value, kind) =>
      element("td", { "data-name": name, "data-of": kind, "data-value": value ?? "" },
        value === null || value === undefined ? "\u2014" : shown(value));
    find(".what-if-results tbody").replaceChildren(...STATISTICS.map(([name, label, shown]) =>
      element("tr", {}, element("th", { scope: "row" }, label),
        cell(name, shown, before[name], "published"), cell(name, shown, after[name], "now"))));
  }

  const VERDICT = { true: "holds", false: "does not hold", null: "cannot be told" };

  function showConclusions(state, usual, now) {
    const judged = data.conclusions
      .filter((rule) => rule.outcome === state.outcome)
      .map((rule) => {
        const full = rule.variable ? { ...rule, members: data.groups[rule.variable].members } : rule;
        return [rule, judge(full, usual, data.conventions), judge(full, now, data.conventions)];
      });
    const changed = judged.filter(([, before, after]) => before.holds !== after.holds);
    const kept = judged.filter((each) => !changed.includes(each));
    find(".what-if-conclusions").replaceChildren(...[...changed, ...kept].map(
      ([rule, before, after]) => {
        const turned = before.holds !== after.holds;
        const verdict = turned
          ? `now ${VERDICT[after.holds]}; ${words.before} ${VERDICT[before.holds]}`
          : VERDICT[after.holds];
        return element("li", {
          "data-id": rule.id, "data-holds": String(after.holds), "data-before": String(before.holds),
          class: turned ? "what-if-changed" : "",
        }, element("strong", {}, rule.text), " ",
        element("span", { class: "what-if-verdict" }, turned ? `Changes: ${verdict}` : verdict),
        ` (${after.why}).`);
      }));
    return [changed.length, judged.length];
  }

  function summarise(state, now, [changed, count]) {
    const { result, trials } = now;
    if (!result) return "No trial is left. Tick one in the forest plot.";
    const turned = changed === 0 ? `None of the ${count} conclusions changes.`
      : `${changed} of the ${count} conclusions ${changed === 1 ? "changes" : "change"}.`;
    const spread = result.k < 2 ? ". A single study: nothing is pooled."
      : `; I\u00b2 ${digits(result.i2, 0)}%, \u03c4 ${digits(result.tau, 2)}.`;
    return `${result.k} of ${trials.length} trials: ${interval(result)}, ${shownP(result.pvalue)}` +
      `${spread}${count ? ` ${turned}` : ""}`;
  }

  let state;
  let drawn = "";

  function show() {
    const now = analyse(state);
    const usual = analyse(published(state.outcome));
    const key = `${state.outcome} ${JSON.stringify(state.own)}`;
    if (key !== drawn) drawRows(now.trials);
    drawn = key;
    for (const name of ["outcome", "method", "ci", "correction", "only"]) {
      find(`[name=${name}]`).value = state[name];
    }
    showForest(now);
    showResults(usual, now);
    find(".what-if-summary").textContent =
      summarise(state, now, showConclusions(state, usual, now));
  }

  let waiting = false;

  function change(next) {
    state = { ...state, ...next };
    history.replaceState(null, "", `#${written(state)}`);
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      show();
    });
  }

  /* ---- what the reader does ---- */

  function choose({ target }) {
    if (target.name === "outcome") {
      // What was left out of one outcome says nothing on another, of other trials.
      const [before, usual] = [published(state.outcome), published(target.value)];
      const kept = (name) => (state[name] === before[name] ? usual[name] : state[name]);
      change({
        outcome: target.value, method: kept("method"), ci: kept("ci"), without: usual.without, own: [],
      });
    } else if (target.name in state) {
      change({ [target.name]: target.value });
    }
  }

  function tick({ target }) {
    const { study } = target.dataset;
    if (!study) return;
    const without = new Set(state.without);
    if (target.checked) without.delete(study);
    else without.add(study);
    change({ without });
  }

  const number = (text) => (text.trim() === "" ? NaN : Number(text.trim().replace(",", ".").replace("\u2212", "-")));

  function fromArms(form) {
    const [mt, st, nt, mc, sc, nc] =
      ["mean_treated", "sd_treated", "n_treated", "mean_control", "sd_control", "n_control"]
        .map((name) => number(form.elements[name].value));
    if (![mt, st, nt, mc, sc, nc].every(Number.isFinite)) return "Fill in all six fields with numbers.";
    if (!(st > 0 && sc > 0)) return "A standard deviation is above 0.";
    if (!(Number.isInteger(nt) && Number.isInteger(nc) && nt >= 2 && nc >= 2)) {
      return "Each group has two participants or more, in whole numbers.";
    }
    const n = nt + nc;
    const pooled = Math.sqrt(((nt - 1) * st * st + (nc - 1) * sc * sc) / (n - 2));
    const d = ((form.elements.better.value === "lower" ? mc - mt : mt - mc)) / pooled;
    return { yi: d, vi: n / (nt * nc) + (d * d) / (2 * n), n };
  }

  function fromEffect(form) {
    const [effect, se] = ["d", "se"].map((name) => number(form.elements[name].value));
    if (!Number.isFinite(effect) || !Number.isFinite(se)) return "Fill in both fields with numbers.";
    if (!(se > 0)) return "A standard error is above 0.";
    const yi = analysed(effect);
    if (!Number.isFinite(yi)) return "A ratio is above 0, a correlation between \u22121 and 1.";
    return { yi, vi: se * se, n: null };
  }

  function add(event) {
    event.preventDefault();
    const form = event.target;
    const found = form.elements.given?.value === "arms" ? fromArms(form) : fromEffect(form);
    const wrong = typeof found === "string" ? found
      : usable(found.yi, found.vi) ? "" : "Such an effect or error is out of reach.";
    find(".what-if-error").textContent = wrong;
    if (wrong) return;
    change({ own: [...state.own, { name: form.elements.name.value.trim() || "Own trial", ...found }] });
    form.reset();
    showGiven();
  }

  function remove(i) {
    // Those behind it move up by a place, and keep whether they are in.
    const kept = state.own.map((_, j) => j).filter((j) => j !== i);
    const without = new Set([...state.without].filter((study) => !study.startsWith("own-")));
    kept.forEach((j, place) => {
      if (state.without.has(ownKey(j))) without.add(ownKey(place));
    });
    change({ own: kept.map((j) => state.own[j]), without });
  }

  function showGiven() {
    const given = find("[name=given]")?.value ?? "effect";
    for (const part of root.querySelectorAll("[data-given]")) part.hidden = part.dataset.given !== given;
  }

  async function share(button) {
    const usual = button.textContent;
    try {
      await navigator.clipboard.writeText(location.href);
      button.textContent = "Copied";
    } catch {
      button.textContent = "The address bar holds the link";
    }
    setTimeout(() => {
      button.textContent = usual;
    }, 2500);
  }

  const DOES = {
    reset: () => change(published(state.outcome)),
    all: () => change({ without: new Set(), only: "" }),
    none: () => change({ without: new Set(analyse(state).trials.map((trial) => trial.study)) }),
    share,
  };

  function click({ target }) {
    if (target.dataset.does) DOES[target.dataset.does](target);
    if (target.dataset.remove) remove(Number(target.dataset.remove));
  }

  function start() {
    fillChoices();
    speak();
    find(".what-if-sides").textContent = data.sides;
    find(".what-if-choices").addEventListener("change", choose);
    find(".what-if-forest").addEventListener("change", tick);
    find(".what-if-own form").addEventListener("submit", add);
    find("[name=given]")?.addEventListener("change", showGiven);
    root.addEventListener("click", click);
    addEventListener("hashchange", () => {
      if (location.hash.includes("=")) {
        state = read(location.hash.slice(1));
        show();
      }
    });
    state = read(location.hash.includes("=") ? location.hash.slice(1) : "");
    for (const part of root.querySelectorAll("[hidden]:not([data-given])")) part.hidden = false;
    show();
  }

  start();
  return { analyse, read, written };
})();
