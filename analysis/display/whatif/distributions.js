/* Distributions, to the last digits of a double: tails and quantiles of z, t, F and chi-squared.

   All come from the incomplete gamma and beta functions by their series and continued fractions
   (Press et al. 2007, sections 6.1, 6.2 and 6.4), in Lentz's form. */
const distributions = (() => {
  const TINY = 1e-300;
  const EPSILON = 1e-15;
  const LANCZOS = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
    -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
    1.5056327351493116e-7,
  ];

  function lnGamma(x) {
    const shifted = x - 1;
    let sum = LANCZOS[0];
    for (let i = 1; i < LANCZOS.length; i += 1) sum += LANCZOS[i] / (shifted + i);
    const t = shifted + 7.5;
    return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(sum);
  }

  /* 1 / (b0 + a1 / (b1 + a2 / (b2 + ...))) for term(i) -> [a, b], i = 0, 1, ... with a0 = 1. */
  function fraction(term) {
    let c = TINY;
    let d = 0;
    let value = TINY;
    for (let i = 0; i < 100000; i += 1) {
      const [a, b] = term(i);
      d = b + a * d || TINY;
      c = b + a / c || TINY;
      d = 1 / d;
      value *= c * d;
      if (Math.abs(c * d - 1) < EPSILON) break;
    }
    return value;
  }

  /* Q(a, x), the upper tail of the gamma distribution. */
  function gammaUpper(a, x) {
    if (x <= 0) return 1;
    const scale = Math.exp(a * Math.log(x) - x - lnGamma(a));
    if (x < a + 1) {
      let term = 1 / a;
      let sum = term;
      for (let n = 1; term > sum * EPSILON; n += 1) {
        term *= x / (a + n);
        sum += term;
      }
      return 1 - sum * scale;
    }
    return scale * fraction((i) => (i === 0 ? [1, x + 1 - a] : [i * (a - i), x + 2 * i + 1 - a]));
  }

  /* I_x(a, b); `y` is 1 - x, given apart since it may be much smaller than its rounding. */
  function beta(a, b, x, y) {
    if (x <= 0) return 0;
    if (y <= 0) return 1;
    if (x > (a + 1) / (a + b + 2)) return 1 - beta(b, a, y, x);
    const front = Math.exp(
      lnGamma(a + b) - lnGamma(a) - lnGamma(b) + a * Math.log(x) + b * Math.log(y),
    );
    const value = fraction((i) => {
      const m = Math.floor(i / 2);
      if (i === 0) return [1, 1];
      if (i % 2) return [(-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)), 1];
      return [(m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)), 1];
    });
    return (front * value) / a;
  }

  /* The p-value of an `f` with m degrees of freedom above and df below. */
  const fTail = (f, m, df) => beta(df / 2, m / 2, df / (df + m * f), (m * f) / (df + m * f));

  /* The two-sided p-value of a t with `df` degrees of freedom, or of a z where df is null. */
  function twoSided(statistic, df) {
    const square = statistic * statistic;
    if (square === Infinity) return 0;
    if (df === null) return gammaUpper(0.5, square / 2);
    return fTail(square, 1, df);
  }

  /* The p-value of a chi-squared `q`; 1 without a degree of freedom. */
  const chiSquared = (q, df) => (df > 0 ? gammaUpper(df / 2, q / 2) : 1);

  const known = new Map();

  /* The t, or z, whose two-sided p-value is 1 - level: half an interval, in standard errors. */
  function quantile(level, df) {
    const key = `${level} ${df}`;
    if (!known.has(key)) {
      let low = 0;
      let high = 1;
      while (twoSided(high, df) > 1 - level) high *= 2;
      for (let i = 0; i < 200 && low < high; i += 1) {
        const middle = (low + high) / 2;
        if (middle <= low || middle >= high) break;
        if (twoSided(middle, df) > 1 - level) low = middle;
        else high = middle;
      }
      known.set(key, (low + high) / 2);
    }
    return known.get(key);
  }

  return { lnGamma, twoSided, fTail, chiSquared, quantile };
})();
