/* Meta-analysis in the page: the same formulas as the Python engine, whose docstrings name their
   sources. An effect is { yi, vi }; sums run over distances from the most precise study's effect.
   Estimators of tau2 take groups of effects, each with a mean of its own: one group to pool. */
const engine = (() => {
  const { twoSided, fTail, chiSquared, quantile } = distributions;
  const total = (values) => values.reduce((sum, value) => sum + value, 0);

  /* The weighted mean with weights 1/(vi + tau2), and the sums that estimators ask for. */
  function fit(effects, tau2) {
    const { yi: origin } = effects.reduce((best, e) => (e.vi < best.vi ? e : best));
    const w = effects.map((e) => 1 / (e.vi + tau2));
    const sum = total(w);
    const shift = total(effects.map((e, i) => w[i] * (e.yi - origin))) / sum;
    const residuals = effects.map((e) => e.yi - origin - shift);
    const bent = residuals.map((r, i) => w[i] * r);
    return {
      w, sum, mean: origin + shift,
      rss: total(residuals.map((r, i) => r * bent[i])),
      ypp: total(bent.map((b) => b * b)),
      trace: sum - total(w.map((each) => each * each)) / sum,
    };
  }

  /* The fit of each of the `groups`, and the sums over all of them. */
  function fitAll(groups, tau2) {
    const fits = groups.map((own) => fit(own, tau2));
    const over = (part) => total(fits.map((each) => each[part]));
    return { fits, rss: over("rss"), ypp: over("ypp"), trace: over("trace") };
  }

  const freedom = (groups) => total(groups.map((own) => own.length - 1));

  function dersimonianLaird(groups) {
    const { rss, trace } = fitAll(groups, 0);
    return Math.max(0, (rss - freedom(groups)) / trace);
  }

  /* Newton's steps on 1/Q, which is concave, never overshoot from 0. */
  function pauleMandel(groups) {
    const df = freedom(groups);
    let tau2 = 0;
    for (let i = 0; i < 200; i += 1) {
      const { rss, ypp } = fitAll(groups, tau2);
      if (rss <= df) return tau2;
      const step = ((rss / df - 1) * rss) / ypp;
      tau2 += step;
      if (step <= 1e-12 * tau2) return tau2;
    }
    return tau2;
  }

  /* The highest of all peaks: the slope is looked up on a grid, and its roots are closed in on. */
  function restrictedLikelihood(groups) {
    const plain = groups.map((own) => own.map(({ yi }) => ({ yi, vi: 1 })));
    const reach = fitAll(plain, 0).rss;
    if (reach === 0) return 0;
    const slope = (tau2) => {
      const { ypp, trace } = fitAll(groups, tau2);
      return 1 - trace / ypp;
    };
    const height = (tau2) => {
      const { fits, rss } = fitAll(groups, tau2);
      return total(fits.map(({ w, sum }) => total(w.map(Math.log)) - Math.log(sum))) - rss;
    };
    const low = 1e-4 * Math.min(reach, ...groups.flat().map((e) => e.vi));
    const grid = [0];
    for (let i = 0; i < 40; i += 1) grid.push(low * ((2 * reach) / low) ** (i / 39));
    const slopes = grid.map(slope);
    const peaks = slopes[0] > 0 ? [] : [0];
    for (let i = 0; i + 1 < grid.length; i += 1) {
      if (slopes[i] > 0 && !(slopes[i + 1] > 0)) {
        peaks.push(root(slope, grid[i], grid[i + 1], slopes[i], slopes[i + 1]));
      }
    }
    return peaks.reduce((best, tau2) => (height(tau2) > height(best) ? tau2 : best), peaks[0]);
  }

  /* Where `f` falls through 0 between `low` and `high`: false position, an end that stayed halved. */
  function root(f, low, high, atLow, atHigh) {
    let x = low;
    let stayed = 0;
    for (let i = 0; i < 200; i += 1) {
      const last = x;
      x = high - (atHigh * (high - low)) / (atHigh - atLow);
      const value = f(x);
      if (value === 0 || Math.abs(x - last) <= 1e-14 * x) return x;
      if (value > 0) {
        [low, atLow] = [x, value];
        if (stayed > 0) atHigh /= 2;
        stayed = 1;
      } else {
        [high, atHigh] = [x, value];
        if (stayed < 0) atLow /= 2;
        stayed = -1;
      }
    }
    return x;
  }

  const TAU2 = {
    EE: () => 0, DL: dersimonianLaird, PM: pauleMandel, REML: restrictedLikelihood,
  };

  /* What Hartung and Knapp multiply a squared error by; "adhoc" never makes it smaller. */
  const dispersion = (ci, rss, df) => Math.max(ci === "hksj-adhoc" ? 1 : 0, rss / df);

  /* The summary of effects, with its test, heterogeneity, weights in per cent and prediction. */
  function pool(effects, { method, ci, level }) {
    const k = effects.length;
    const tau2 = k > 1 ? TAU2[method]([effects]) : 0;
    const { w, sum, mean, rss } = fit(effects, tau2);
    const df = ci.startsWith("hksj") && k > 1 ? k - 1 : null;
    const normal = Math.sqrt(1 / sum);
    const se = df === null ? normal : normal * Math.sqrt(dispersion(ci, rss, df));
    const half = quantile(level, df) * se;
    const statistic = se > 0 ? mean / se : mean === 0 ? 0 : Math.sign(mean) * Infinity;
    const equal = fit(effects, 0);
    const q = k > 1 ? equal.rss : 0;
    const typical = k > 1 ? (k - 1) / equal.trace : 1;
    const excess = q > 0 ? Math.max(0, (100 * (q - (k - 1))) / q) : 0;
    const reach = k > 2 && method !== "EE"
      ? quantile(level, k - 2) * Math.sqrt(tau2 + se * se) : null;
    return {
      k, estimate: mean, se, ci_low: mean - half, ci_high: mean + half, statistic, df,
      pvalue: twoSided(statistic, df), tau2, tau: Math.sqrt(tau2),
      q, q_df: k - 1, q_pvalue: chiSquared(q, k - 1),
      i2: k < 2 ? 0 : method === "EE" ? excess : (100 * tau2) / (tau2 + typical),
      prediction_low: reach === null ? null : mean - reach,
      prediction_high: reach === null ? null : mean + reach,
      weights: w.map((each) => (100 * each) / sum), normal_se: normal,
    };
  }

  /* Egger's test: effects on their standard errors, t with k - 2; null for fewer than 3 studies. */
  function egger(effects) {
    const k = effects.length;
    if (k < 3) return null;
    const x = effects.map((e) => Math.sqrt(e.vi));
    const w = effects.map((e) => 1 / e.vi);
    const sum = total(w);
    const centre = (values) => total(values.map((value, i) => w[i] * value)) / sum;
    const y = effects.map((e) => e.yi);
    const [mx, my] = [centre(x), centre(y)];
    const sxx = total(x.map((each, i) => w[i] * (each - mx) ** 2));
    if (!(sxx > 1e-20 * sum * mx * mx)) return null;
    const estimate = total(x.map((each, i) => w[i] * (each - mx) * (y[i] - my))) / sxx;
    const rss = total(x.map((each, i) => w[i] * (y[i] - my - estimate * (each - mx)) ** 2));
    const df = k - 2;
    const se = Math.sqrt(rss / df / sxx);
    if (!(se > 0)) return null;
    const statistic = estimate / se;
    return { estimate, se, statistic, df, pvalue: twoSided(statistic, df) };
  }

  /* The effects of each label, without those that have none. */
  function divided(effects, labels) {
    const groups = new Map();
    effects.forEach((effect, i) => {
      if (labels[i] !== undefined) {
        groups.set(labels[i], [...(groups.get(labels[i]) ?? []), effect]);
      }
    });
    return [...groups.values()];
  }

  /* Whether groups differ: each pooled by itself, their means compared with fixed weights. */
  function between(effects, labels, options) {
    const groups = divided(effects, labels);
    if (groups.length < 2) return null;
    const means = groups.map((own) => {
      const { estimate, normal_se: se } = pool(own, options);
      return { yi: estimate, vi: se * se };
    });
    const q = fit(means, 0).rss;
    const df = groups.length - 1;
    return { q, df, pvalue: chiSquared(q, df) };
  }

  /* Whether the means of groups with a common tau2 differ: Knapp and Hartung's F test of a regression
     on the groups; null where nothing is left to tell the error by. */
  function betweenByF(effects, labels, { method, ci }) {
    const groups = divided(effects, labels);
    const df = freedom(groups);
    if (groups.length < 2 || df < 1) return null;
    const { fits, rss } = fitAll(groups, TAU2[method](groups));
    const error = dispersion(ci, rss, df);
    if (!(error > 0)) return null;
    const m = groups.length - 1;
    const f = fit(fits.map(({ mean, sum }) => ({ yi: mean, vi: 1 / sum })), 0).rss / m / error;
    return { f, m, df, pvalue: fTail(f, m, df) };
  }

  /* Hedges' factor for two arms together of n participants. */
  function hedges(n) {
    const m = n - 2;
    const { lnGamma } = distributions;
    return Math.exp(lnGamma(m / 2) - lnGamma((m - 1) / 2)) / Math.sqrt(m / 2);
  }

  return { pool, egger, between, betweenByF, hedges, fit };
})();
