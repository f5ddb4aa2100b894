/* Sentences of the manuscript as rules on an analysis: each holds, does not, or cannot be told. */
const conclusions = (() => {
  const { pool, egger, between, betweenByF } = engine;

  const { rounded, digits, effect, limit, measure, shownP } = words;
  const interval = ({ estimate, ci_low: low, ci_high: high }) =>
    `${measure} ${effect(estimate)} (${limit(low)} to ${limit(high)})`;

  /* The word of the highest value that is reached by what is shown, which is what a reader compares. */
  function called(shown, points, below) {
    const reached = points.filter(([, bound]) => Number(shown) >= bound);
    return reached.length ? reached[reached.length - 1][0] : below;
  }

  const untold = (why) => ({ holds: null, why });

  /* Each takes the analysis, the rule and the conventions, and tells whether it holds, and why. */
  const KINDS = {
    effect({ result }, { side = 1 }, { alpha }) {
      const holds = result.pvalue < alpha && side * result.estimate > 0;
      return { holds, why: `${interval(result)}, ${shownP(result.pvalue)}` };
    },
    size({ result }, { words }, { sizes }) {
      const found = called(rounded(Math.abs(result.estimate), 2), sizes, "less than small");
      const why = `${measure} ${effect(result.estimate)} is ${found} by the lower bounds of Cohen\u2019s convention`;
      return { holds: words.includes(found), why };
    },
    degree({ result }, { words }, { degrees, i2_places: places = 0 }) {
      if (result.k < 2) return untold("one trial has no heterogeneity");
      const found = called(rounded(result.i2, places), degrees, "less than low");
      const bounds = degrees.map(([word, bound]) => `${word} from ${bound}%`).join(", ");
      const why = `I\u00b2 ${digits(result.i2, places)}% is ${found}: ${bounds}`;
      return { holds: words.includes(found), why };
    },
    heterogeneous({ result }, { expected }, { alpha }) {
      if (result.k < 2) return untold("one trial has no heterogeneity");
      const why = `Q ${digits(result.q, 2)}, df ${result.q_df}, ${shownP(result.q_pvalue)}`;
      return { holds: result.q_pvalue < alpha === expected, why };
    },
    asymmetry({ effects }, { expected, side = 1 }, { alpha, fewest = 0 }) {
      if (effects.length < fewest) return untold("the trials are too few for Egger\u2019s test");
      const found = egger(effects);
      if (!found) return untold("Egger\u2019s test needs three trials that differ in precision");
      const asymmetric = found.pvalue < alpha && (!expected || side * found.estimate > 0);
      const slope = `slope on the standard error ${digits(found.estimate, 2)}`;
      const why = `Egger\u2019s test: ${slope}, ${shownP(found.pvalue)}`;
      return { holds: asymmetric === expected, why };
    },
    groups({ effects, studies, options }, { members, differ }, { alpha }) {
      const found = between(effects, studies.map((study) => members[study]), options);
      if (!found) return untold("no two groups are left to compare");
      const why = `Q between ${digits(found.q, 2)}, df ${found.df}, ${shownP(found.pvalue)}`;
      return { holds: found.pvalue < alpha === differ, why };
    },
    /* As a report compares groups: by F for Hartung and Knapp's errors, classically by Q. */
    compared({ effects, studies, options }, { members, differ }, { alpha }) {
      const byF = options.ci !== "z";
      const labels = studies.map((study) => members[study]);
      const found = (byF ? betweenByF : between)(effects, labels, options);
      if (!found) return untold("the groups cannot be compared, for lack of studies");
      const { f, q, m, df, pvalue } = found;
      const test = byF ? `F(${m}, ${df}) = ${digits(f, 2)}` : `Q(${df}) = ${digits(q, 2)}`;
      const shared = byF ? "one \u03c4\u00b2 for all groups" : "a \u03c4\u00b2 for each group";
      const why = `${test}, ${shownP(pvalue)}${options.method === "EE" ? "" : `; ${shared}`}`;
      return { holds: pvalue < alpha === differ, why };
    },
    predicted({ result }, { clear }) {
      const { prediction_low: low, prediction_high: high } = result;
      if (low === null) return untold("this model, or so few trials, have no prediction interval");
      const why = `it runs from ${limit(low)} to ${limit(high)}`;
      return { holds: (low > 0 || high < 0) === clear, why };
    },
    steady({ result, effects, names, options }, { expected = true }, { alpha }) {
      if (effects.length < 3) return untold("too few trials to leave one out");
      const significant = result.pvalue < alpha;
      const turning = names.filter(
        (_, i) =>
          pool(effects.filter((__, j) => j !== i), options).pvalue < alpha !== significant,
      );
      const other = significant ? "not significant" : "significant";
      const why = turning.length
        ? `${other} without any one of: ${turning.join(", ")}`
        : `${significant ? "significant" : "not significant"} without each of them`;
      return { holds: (turning.length === 0) === expected, why };
    },
  };

  /* What the `rule` says of the analysis; nothing without any trial. */
  function judge(rule, analysis, conventions) {
    if (!analysis.result) return untold("no trial is left");
    return KINDS[rule.kind](analysis, rule, conventions);
  }

  return { judge, digits, shownP, interval };
})();
